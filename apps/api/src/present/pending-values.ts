import type { NodeChoice, PendingChange } from '@cacheplane/domain'
import type { PendingModifiedValuesView } from '../schemas/pending-values.ts'

/** What is to change and has not yet: of a group all of it, of a member what it still lacks. */
export function presentPendingChoice(
  now: NodeChoice,
  pending: PendingChange | null,
): PendingModifiedValuesView {
  if (pending === null) return {}
  const { engine, engineVersion, cacheNodeType, transitEncryptionMode: mode } = pending.wanted
  const isOn = mode !== null
  return {
    ...(engine !== now.engine && { engine }),
    ...((engine !== now.engine || engineVersion !== now.engineVersion) && { engineVersion }),
    ...(cacheNodeType !== now.cacheNodeType && { cacheNodeType }),
    ...(isOn !== (now.transitEncryptionMode !== null) && { transitEncryptionEnabled: isOn }),
    ...(isOn && mode !== now.transitEncryptionMode && { transitEncryptionMode: mode }),
  }
}

/** A change that stopped is told of also while everything serves. */
export function stoppedBecause(pending: PendingChange | null): string | undefined {
  if (pending?.state !== 'stopped') return undefined
  return `A change stopped: ${pending.because ?? 'no reason is known'}. Ask for it again, or for what there was.`
}
