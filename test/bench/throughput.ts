import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ReplicatedGroup } from '../support/replicated-group.ts'
import type { Comparison } from './report.ts'

const run = promisify(execFile)
const IMAGE = 'cacheplane/engine:valkey-8.1'
const REQUESTS = { 1: 100_000, 16: 800_000 } as const

type Pipeline = keyof typeof REQUESTS

/** SETs per second through the group's endpoint, and through the primary's own port as Docker publishes it. */
export async function measureThroughput(
  group: ReplicatedGroup,
  pipeline: Pipeline,
  rounds: number,
): Promise<Comparison> {
  const { primaryPort } = await group.state()
  const { port } = await group.primary()
  const baseline: number[] = []
  const product: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    baseline.push(await load(port, pipeline))
    product.push(await load(primaryPort, pipeline))
  }
  return {
    name: 'throughput',
    what: `SET by valkey-benchmark -P ${pipeline}, endpoint / published port`,
    unit: '/s',
    baseline,
    product,
    goal: { atLeast: 1.1 },
  }
}

async function load(port: number, pipeline: Pipeline): Promise<number> {
  const { stdout } = await run('docker', [
    ...['run', '--rm', '--network', 'host', IMAGE, 'valkey-benchmark', '-p', String(port), '-t', 'set'],
    ...['-n', String(REQUESTS[pipeline]), '-c', '50', '-P', String(pipeline), '--csv'],
  ])
  const rate = Number(/^"SET","([\d.]+)"/m.exec(stdout)?.[1])
  if (!(rate > 0)) throw new Error(`valkey-benchmark said: ${stdout}`)
  return rate
}
