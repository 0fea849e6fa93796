import type { NodeFacts } from '../core/node-control.ts'

/** What we want of the answer to `INFO`. */
export function parseInfo(text: string): Omit<NodeFacts, 'open'> {
  const fields = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1)]
    }),
  )
  return {
    // Valkey says a version of Redis, too, for clients that look for one.
    version: fields.get('valkey_version') ?? fields.get('redis_version') ?? '',
    runId: fields.get('run_id') ?? '',
    role: fields.get('role') === 'master' ? 'primary' : 'replica',
    maxmemoryBytes: Number(fields.get('maxmemory') ?? 0),
  }
}
