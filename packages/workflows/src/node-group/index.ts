import { done, hours, minutes, nap, pass, seconds, type NodeGroupSubject } from '@cacheplane/domain'
import { defineWorkflow } from '../define-workflow.ts'
import { SHORT_LEASE } from '../held-lease.ts'
import { wakeOwner } from '../wake-owner.ts'
import { Frame } from './context.ts'
import { converge } from './converge.ts'
import { isServed, route } from './lead-clients.ts'
import { elect, fence } from './lose-primary.ts'
import { promote } from './promote.ts'
import { rebuild } from './rebuild.ts'
import { catchUp, close, reopen } from './switch-primary.ts'

const CREATE_WITHIN_MS = minutes(5)

/**
 * Life of a node group: form a primary and its replicas, lead clients to them, change the primary when it is lost or when
 * somebody asks. Promise: at any moment at most one node takes writes through its endpoint (reliability, 5.4).
 */
export const nodeGroup = defineWorkflow<NodeGroupSubject>()({
  kind: 'node-group',
  lease: SHORT_LEASE,
  frame: Frame,
  load: (store, id) => store.loadNodeGroup(id),
  steps: {
    async start(c) {
      c.deadline(CREATE_WITHIN_MS)
      return pass('converge')
    },

    converge,

    // Home. Order is priority: safety first; what was asked for is begun by converging, once the primary is seen well.
    async wait(c) {
      const asked = (['checkup', 'failover', 'converge', 'configure'] as const).some((signal) =>
        c.signals.has(signal),
      )
      return asked ? converge(c) : nap(hours(6), 'the node group is serving')
    },

    // A primary is lost, or to be lost.
    fence,
    elect,
    promote,
    // Without automatic failover it is made again from its replicas.
    rebuild,

    // A planned switch.
    close,
    catch_up: catchUp,
    reopen,

    async failed() {
      return nap(hours(24), 'the node group could not be created')
    },

    async destroy(c) {
      if (isServed(c)) await route(c, null, [])
      for (const { node } of c.subject.nodes) {
        c.change({ do: 'spawn', kind: 'node', subjectId: node.id, parentId: c.workflow.id })
        c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'destroy' })
      }
      return pass('destroy_nodes')
    },

    async destroy_nodes(c) {
      const left = c.subject.nodes.length
      if (left > 0) return nap(seconds(30), `${left} nodes are being removed`)
      c.change({ do: 'remove-node-group', id: c.subject.nodeGroup.id })
      wakeOwner(c)
      return done()
    },
  },
})
