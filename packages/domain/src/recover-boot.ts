import type { Ensured } from './ports/fleet.ts'
import type { NodeSubject } from './ports/workflows.ts'

type BootRefusal = Extract<
  Ensured<'port-taken' | 'address-taken' | 'image-missing' | 'seed-damaged' | 'dead'>,
  { kind: 'refused' }
>

/** How often an engine may exit right after its start before its creation is given up. */
export const DEATHS_AT_BOOT_MAX = 3

export type BootRecovery =
  | { kind: 'move-port'; because: string }
  | { kind: 'next-incarnation'; because: string }
  | { kind: 'give-up'; because: string }
  | { kind: 'wait'; because: string }

/**
 * What to do when the Docker engine refuses to start a node. A node that clients already know keeps its port: for it
 * we wait where a new node would move or give up.
 *
 * @param deaths containers of this node that exited before they were opened, this one included
 */
export function recoverBoot(subject: NodeSubject, refused: BootRefusal, deaths: number): BootRecovery {
  const isNew = subject.node.workflow.firstHomeAt === null
  const { because } = refused
  switch (refused.refusal) {
    case 'port-taken':
      if (!isNew) return { kind: 'wait', because }
      return subject.portIsFixed ? { kind: 'give-up', because } : { kind: 'move-port', because }
    case 'address-taken':
      return { kind: 'next-incarnation', because }
    case 'seed-damaged':
    case 'image-missing':
      return isNew ? { kind: 'give-up', because } : { kind: 'wait', because }
    case 'dead':
      if (deaths < DEATHS_AT_BOOT_MAX) return { kind: 'next-incarnation', because }
      return isNew ? { kind: 'give-up', because } : { kind: 'next-incarnation', because }
  }
}
