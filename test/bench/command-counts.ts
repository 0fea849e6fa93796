import { Redis } from 'ioredis'

/** Commands that a node has run, by name: `INFO commandstats` as any client of a node without AUTH may read it. */
export async function commandCounts(port: number): Promise<Map<string, number>> {
  const client = new Redis({ host: '127.0.0.1', port, enableReadyCheck: false, retryStrategy: () => null })
  try {
    const info = await client.info('commandstats')
    const lines = info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)
    return new Map([...lines].map(([, name = '', calls]) => [name, Number(calls)]))
  } finally {
    client.disconnect()
  }
}

/** What was run in between, less the question itself. */
export function countsBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  const grown = [...after].map(([name, calls]): [string, number] => [name, calls - (before.get(name) ?? 0)])
  return new Map(grown.filter(([name, calls]) => calls > 0 && name !== 'info'))
}
