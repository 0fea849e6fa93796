import { readdir, readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { docker } from '../../support/docker.ts'
import { TICKS_PER_SECOND, usageOf } from '../process-usage.ts'

interface Seconds {
  shards: number
  proxies: number
  /** Of all processors, whoever used them. */
  busy: number
}

/** Who uses the machine's processors while something is measured. */
export class ProcessorUse {
  private constructor(
    private readonly pids: { shards: number[]; proxies: number[] },
    private readonly begunMs: number,
    private readonly before: Seconds,
  ) {}

  /** @param label of the containers that are the shards */
  static async begin(label: string): Promise<ProcessorUse> {
    const nodes = await docker.listContainers({ filters: { label: [label, 'dev.cacheplane.node'] } })
    const details = await Promise.all(nodes.map(({ Id }) => docker.getContainer(Id).inspect()))
    const pids = {
      shards: details.map(({ State }) => State.Pid),
      proxies: await proxiesOf(nodes.flatMap(({ Ports }) => Ports.map(({ PublicPort }) => PublicPort))),
    }
    return new ProcessorUse(pids, performance.now(), await secondsOf(pids))
  }

  /** In processors, on average since the beginning. */
  async tell(): Promise<string> {
    const wallSeconds = (performance.now() - this.begunMs) / 1_000
    const after = await secondsOf(this.pids)
    const used = (part: keyof Seconds): number => (after[part] - this.before[part]) / wallSeconds
    const [shards, proxies, busy] = [used('shards'), used('proxies'), used('busy')]
    const rest = busy - shards - proxies
    const idle = Math.max(0, cpus().length - busy)
    return (
      `shards ${shards.toFixed(1)}, docker-proxies ${proxies.toFixed(1)}, ` +
      `load generator, kernel and all else ${rest.toFixed(1)}, idle ${idle.toFixed(1)}`
    )
  }
}

async function secondsOf({ shards, proxies }: { shards: number[]; proxies: number[] }): Promise<Seconds> {
  const [ofShards, ofProxies, stat] = await Promise.all([
    usageOf(shards),
    usageOf(proxies),
    readFile('/proc/stat', 'utf8'),
  ])
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (stat.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return {
    shards: ofShards.cpuSeconds,
    proxies: ofProxies.cpuSeconds,
    busy: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
  }
}

async function proxiesOf(ports: readonly (number | undefined)[]): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
      const port = Number(words[words.indexOf('-host-port') + 1])
      return words[0]?.endsWith('docker-proxy') === true && ports.includes(port) ? [pid] : []
    }),
  )
  return found.flat()
}
