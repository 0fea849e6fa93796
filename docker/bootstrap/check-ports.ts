import { answersOn } from './answers-on.ts'
import { findFreePort, isPortFree } from './free-port.ts'
import { keepInstallation, type Installation } from './installation.ts'
import { findProcesses } from './processes.ts'
import { Obstacle } from './say.ts'
import type { Settings } from './settings.ts'

/** Refuses to start where another program listens already. */
export async function checkPort({ host, port }: Settings, { id }: Installation): Promise<void> {
  if (await isPortFree(port, host)) return
  const ours = await findProcesses(id, 'server.js')
  if (ours.length > 0) return
  throw new Obstacle(
    `${host}:${port} is taken by another program: stop it, or choose another address with CACHEPLANE_LISTEN.`,
  )
}

/** Another program may have taken a port of ours while we were stopped. */
export async function settlePorts(stateDir: string, installation: Installation): Promise<Installation> {
  const settle = async (port: number): Promise<number> =>
    (await answersOn(port)) || (await isPortFree(port)) ? port : findFreePort()
  const settled = {
    ...installation,
    postgresPort: await settle(installation.postgresPort),
    queuePort: await settle(installation.queuePort),
  }
  await keepInstallation(stateDir, settled)
  return settled
}
