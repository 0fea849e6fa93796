import { docker } from './docker.ts'

/** What may befall a node's container; each returns when it has been done. */
export const NODE_FAULTS = {
  'process killed': async (id) => {
    const { State } = await docker.getContainer(id).inspect()
    process.kill(State.Pid, 'SIGKILL')
  },
  'container killed': (id) => docker.getContainer(id).kill(),
  'container removed': (id) => docker.getContainer(id).remove({ force: true }),
  'container restarted': (id) => docker.getContainer(id).restart({ t: 0 }).catch(wasQuicker),
  'container paused': (id) => docker.getContainer(id).pause(),
  'process stopped': async (id) => {
    const { State } = await docker.getContainer(id).inspect()
    process.kill(State.Pid, 'SIGSTOP')
  },
  'network cut': async (id) => {
    const { NetworkSettings } = await docker.getContainer(id).inspect()
    for (const network of Object.keys(NetworkSettings.Networks))
      await docker.getNetwork(network).disconnect({ Container: id, Force: true })
  },
} satisfies Record<string, (containerId: string) => Promise<unknown>>

export type NodeFault = keyof typeof NODE_FAULTS

/** A control plane that saw it die removes it before Docker has started it again. */
function wasQuicker(error: unknown): void {
  const isGone = error instanceof Error && /marked for removal|No such container/.test(error.message)
  if (!isGone) throw error
}
