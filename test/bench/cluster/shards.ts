import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import { IMAGE } from '../bare-cache.ts'
import type { Reading } from '../report.ts'
import { median } from '../statistics.ts'
import type { ClusterBench } from './measure-clusters.ts'
import { ProcessorUse } from './processor-use.ts'
import { ServiceCluster } from './service-cluster.ts'

const run = promisify(execFile)
const SHARDS = [1, 3] as const
const PIPELINES = [1, 16] as const
const REQUESTS = { 1: 100_000, 16: 1_000_000 } as const
const KEYS = 100_000

type Pipeline = (typeof PIPELINES)[number]

interface Observed {
  shards: number
  pipeline: Pipeline
  rate: number
  use: string
}

/**
 * SETs per second of three shards and of one, through the nodes' published ports, with the whole machine to themselves: load,
 * proxies and shards share its processors. Says who used them meanwhile, because that is what bounds it.
 */
export async function measureShards(
  { installation, later }: ClusterBench,
  rounds: number,
): Promise<Reading[]> {
  const seen: Observed[] = []
  const clusters = SHARDS.map(() => new ServiceCluster(installation))
  later.add(() => Promise.all(clusters.map((cluster) => cluster.remove())))
  for (const [i, cluster] of clusters.entries()) await cluster.start(SHARDS[i] ?? 1, 0)
  for (let round = 0; round < rounds; round += 1)
    for (const pipeline of PIPELINES)
      for (const [i, cluster] of clusters.entries()) {
        const port = cluster.seeds[0]?.port ?? 0
        seen.push({ shards: SHARDS[i] ?? 1, pipeline, ...(await load(installation.label, port, pipeline)) })
      }
  for (const cluster of clusters) await cluster.remove()
  return PIPELINES.map((pipeline) => readingOf(pipeline, seen))
}

async function load(label: string, port: number, pipeline: Pipeline): Promise<{ rate: number; use: string }> {
  const use = await ProcessorUse.begin(label)
  const { stdout } = await run('docker', [
    ...['run', '--rm', '--network', 'host', IMAGE, 'valkey-benchmark', '--cluster', '-p', String(port)],
    ...[
      '-t',
      'set',
      '-r',
      String(KEYS),
      '-n',
      String(REQUESTS[pipeline]),
      '-c',
      '51',
      '-P',
      String(pipeline),
    ],
    '--csv',
  ])
  const rate = Number(/^"SET","([\d.]+)"/m.exec(stdout)?.[1])
  if (!(rate > 0)) throw new Error(`valkey-benchmark said: ${stdout}`)
  return { rate, use: await use.tell() }
}

function readingOf(pipeline: Pipeline, seen: readonly Observed[]): Reading {
  const of = (shards: number) => seen.filter((one) => one.shards === shards && one.pipeline === pipeline)
  const rates = SHARDS.map((shards) => median(of(shards).map(({ rate }) => rate)))
  const [one = 0, three = 0] = rates
  const uses = SHARDS.map((shards) => `${shards}: ${of(shards).at(-1)?.use}`).join('; ')
  return {
    name: 'shards',
    what: `SET by valkey-benchmark -P ${pipeline}, 1 and 3 shards on ${cpus().length} cores; cores used ${uses}`,
    value: `${one.toFixed(0)} /s, ${three.toFixed(0)} /s: x ${(three / one).toFixed(2)}`,
    goal: 'none',
    isMet: true,
  }
}
