import { cpus, loadavg, totalmem } from 'node:os'
import { docker } from '../support/docker.ts'

/** What the figures were measured on; the load is the one before the bench adds its own. */
export async function describeMachine(): Promise<string> {
  const version = await docker.version().then(
    ({ Version }) => Version,
    () => 'none yet',
  )
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`
  const load = loadavg()
    .map((average) => average.toFixed(2))
    .join(' ')
  return `${cpus().length} cores, ${memory}, Docker ${version}, Node ${process.versions.node}, load ${load} at the beginning`
}
