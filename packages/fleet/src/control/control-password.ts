import type { Keyring, NodeRef, Secret } from '@cacheplane/domain'

/** Derived, not stored: it is another one for every container that has ever been this node. */
export function controlPassword(
  keyring: Pick<Keyring, 'derive'>,
  { nodeId, incarnation }: Pick<NodeRef, 'nodeId' | 'incarnation'>,
): Secret {
  return keyring.derive(`control|${nodeId}|${incarnation}`)
}
