import type { Keyring, NodeRef, Secret } from '@cacheplane/domain'

/** Derived, not stored: it is another one for every container that has ever been this node. */
export function controlPassword(
  keyring: Pick<Keyring, 'derive'>,
  { nodeId, incarnation }: Pick<NodeRef, 'nodeId' | 'incarnation'>,
): Secret {
  return keyring.derive(`control|${nodeId}|${incarnation}`)
}

/** What a replica shows its primary; the nodes of a group share it, and no other group's nodes know it. */
export function replicationPassword(keyring: Pick<Keyring, 'derive'>, nodeGroupId: string): Secret {
  return keyring.derive(`replication|${nodeGroupId}`)
}

/** What a node that sends keys shows the one that takes them. */
export function migrationPassword(
  keyring: Pick<Keyring, 'derive'>,
  { nodeId, incarnation }: Pick<NodeRef, 'nodeId' | 'incarnation'>,
): Secret {
  return keyring.derive(`migration|${nodeId}|${incarnation}`)
}
