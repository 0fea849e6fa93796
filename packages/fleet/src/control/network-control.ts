import {
  unreachable,
  type AuthorityMaterial,
  type Engine,
  type Keyring,
  type NodeRef,
} from '@cacheplane/domain'
import type { NodeControl } from '../core/node-control.ts'
import { tlsIdentity } from '../tls/issue-leaf.ts'
import type { Route } from './connect.ts'
import { shownCertificate } from './shown-certificate.ts'
import { isListening } from './is-listening.ts'
import { MemcachedControl } from './memcached-control.ts'
import { RedisControl } from './redis-control.ts'

export interface NetworkControlOptions {
  keyring: Pick<Keyring, 'derive'>
  authority: () => Promise<AuthorityMaterial>
  /** Host under which the nodes of this engine are reached; null for each node's own container address. */
  host: string | null
}

/** Speaks to each node in its engine's protocol. */
export function createNetworkControl({ keyring, authority, host }: NetworkControlOptions): NodeControl {
  const routeTo = async (node: NodeRef): Promise<Route> => ({
    host: host ?? node.ip,
    port: node.port,
    tls: node.tls ? { authorityPem: (await authority()).certificatePem, identity: tlsIdentity(node) } : null,
  })
  const redis = new RedisControl(keyring, routeTo)
  const memcached = new MemcachedControl(keyring, routeTo)
  const of = (engine: Engine): Omit<NodeControl, 'listens' | 'certificate'> => {
    switch (engine) {
      case 'redis':
      case 'valkey':
        return redis
      case 'memcached':
        return memcached
      default:
        return unreachable(engine)
    }
  }
  return {
    read: (node) => of(node.engine).read(node),
    open: (node) => of(node.engine).open(node),
    close: (node) => of(node.engine).close(node),
    follow: (node, source) => of(node.engine).follow(node, source),
    promote: (node) => of(node.engine).promote(node),
    drift: (node, parameters) => of(node.engine).drift(node, parameters),
    configure: (node, parameters) => of(node.engine).configure(node, parameters),
    certificate: async (node) => shownCertificate(await routeTo(node)),
    readCertificate: (node) => of(node.engine).readCertificate(node),
    lend: (node) => of(node.engine).lend(node),
    hold: (node, ms) => of(node.engine).hold(node, ms),
    cluster: (node) => of(node.engine).cluster(node),
    meet: (node, peers) => of(node.engine).meet(node, peers),
    forget: (node, ids) => of(node.engine).forget(node, ids),
    claim: (node, slots, epoch) => of(node.engine).claim(node, slots, epoch),
    setSlots: (node, slots, as) => of(node.engine).setSlots(node, slots, as),
    drain: (node, slots, to, pace) => of(node.engine).drain(node, slots, to, pace),
    save: (node, sink) => of(node.engine).save(node, sink),
    // Behind a published port nothing is proved: its proxy may be gone while the node lives.
    listens: async (node) => (host === null ? isListening(node.ip, node.port) : null),
    probe: (node, onTrouble) => of(node.engine).probe(node, onTrouble),
  }
}
