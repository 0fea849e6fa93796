import {
  admitNode,
  choiceOf,
  configuredNode,
  diagnoseNode,
  done,
  eventOfCluster,
  findNodeType,
  hop,
  hours,
  isSameValues,
  minutes,
  nap,
  networkSpec,
  nodeRef,
  nodeSpec,
  pass,
  recoverBoot,
  seconds,
  unreachable,
  zoneIsOut,
  type Admission,
  type CacheNode,
  type NodeSubject,
} from '@cacheplane/domain'
import { z } from 'zod'
import { defineWorkflow } from './define-workflow.ts'
import { noteCertificate, renew, rest, untilRenewal } from './node-certificate.ts'
import { recovered } from './recovered.ts'
import { setParameters } from './set-parameters.ts'
import type { StepContext } from './step-context.ts'
import { wakeOwner } from './wake-owner.ts'

const Frame = z.object({
  /** Containers of this node that exited before they were opened, since it was last serving. */
  deathsAtBoot: z.number().int().default(0),
  /** When it is to have another certificate, epoch milliseconds; null without TLS, and while nobody has seen its own. */
  renewAtMs: z.number().nullable().default(null),
})
type Context = StepContext<NodeSubject, z.infer<typeof Frame>>
type Admitted = Extract<Admission, { kind: 'open' }>

const CREATE_WITHIN_MS = minutes(4)
const LOAD_BYTES_PER_MS = 5_000
const BOOT_PATIENCE_MS = seconds(8)
const CHECKUP_PATIENCE_MS = seconds(2)

/**
 * Life of one cache node: boot it closed, open it once it has proved what it is, replace it when it is lost.
 * Promise: clients never meet a container of another incarnation, nor one that nobody checked.
 */
export const node = defineWorkflow<NodeSubject>()({
  kind: 'node',
  frame: Frame,
  load: (store, id) => store.loadNode(id),
  steps: {
    // The presence is unknown from before anything is done, so that a crash leaves an honest record. The container is made with
    // the values that are on record, whatever its parameter group says by then.
    async start(c) {
      const { node, cluster } = c.subject
      if (c.workflow.deadlineAt === null) c.deadline(CREATE_WITHIN_MS + loadMs(c.subject))
      if (node.presence === 'unknown' && isSameValues(node.parameterValues, cluster.parameterValues))
        return pass('boot')
      c.change({ do: 'set-presence', nodeId: node.id, presence: 'unknown' })
      setParameters(c, node, cluster.parameterValues)
      return hop('boot')
    },

    async boot(c) {
      const { network, node, zoneOutage } = c.subject
      if (zoneOutage !== null) return waitOrGiveUp(c, zoneIsOut(node.zone))
      const ensured = await c.fleet.ensureNode(nodeSpec(c.subject))
      if (ensured.kind === 'unknown') {
        // The owner has made its network everywhere, but somebody may have removed it since.
        const net = await c.fleet.ensureNetwork(networkSpec(network, node.engineId))
        return waitOrGiveUp(c, net.kind === 'ready' ? ensured.because : net.because)
      }
      if (ensured.kind === 'refused') return afterRefusal(c, ensured)
      c.change({ do: 'set-presence', nodeId: node.id, presence: 'known' })
      return pass('admit')
    },

    async admit(c) {
      const [reading, imageId] = await Promise.all([
        c.fleet.observeNode(nodeRef(c.subject), BOOT_PATIENCE_MS),
        c.fleet.imageOf(nodeRef(c.subject)),
      ])
      const admission = admitNode(c.subject, reading)
      if (admission.kind === 'open') await noteCertificate(c)
      switch (admission.kind) {
        case 'open':
          return c.subject.nodeGroupId === null
            ? open(c, admission.version, imageId)
            : report(c, c.subject.nodeGroupId, admission, imageId)
        case 'wait':
          return waitOrGiveUp(c, admission.because)
        case 'refuse':
          return giveUp(c, admission.because)
        case 'replace':
          return afterRefusal(c, { kind: 'refused', refusal: 'dead', because: admission.because })
        default:
          return unreachable(admission)
      }
    },

    // Home. Order is priority: safety first.
    async wait(c) {
      if (c.signals.has('replace')) {
        c.clear('replace')
        c.clear('checkup')
        return replace(c, whyReplaced(c.subject))
      }
      if (c.signals.has('checkup')) return c.subject.nodeGroupId === null ? hop('diagnose') : refer(c)
      if (c.signals.has('configure')) return configure(c)
      if (untilRenewal(c) === 0) return renew(c)
      return rest(c)
    },

    async diagnose(c) {
      const diagnosis = diagnoseNode(await c.fleet.observeNode(nodeRef(c.subject), CHECKUP_PATIENCE_MS))
      switch (diagnosis.kind) {
        case 'healthy':
          c.clear('checkup')
          return pass('wait')
        case 'unclear': {
          const { node, zoneOutage } = c.subject
          return nap(seconds(1), zoneOutage === null ? diagnosis.because : zoneIsOut(node.zone))
        }
        case 'closed':
        case 'lost':
          c.clear('checkup')
          return replace(c, diagnosis.because)
        default:
          return unreachable(diagnosis)
      }
    },

    // The creation was given up; the owner decides what becomes of the rest.
    async failed() {
      return nap(hours(24), 'the node could not be created')
    },

    async destroy(c) {
      const removed = await c.fleet.removeNode(nodeRef(c.subject))
      if (removed.kind === 'unknown') return nap(seconds(1), removed.because)
      c.change({ do: 'remove-node', nodeId: c.subject.node.id })
      if (c.subject.nodeGroupId !== null)
        c.change({ do: 'raise', kind: 'node-group', subjectId: c.subject.nodeGroupId, signal: 'converge' })
      // Those who knew it are to forget it.
      const { node, owner } = c.subject
      if (node.busPort !== null)
        c.change({ do: 'raise', kind: 'replication-group', subjectId: owner.id, signal: 'converge' })
      wakeOwner(c)
      return done()
    },
  },
})

function whyReplaced({ node, nodeGroupId }: NodeSubject): string {
  if (node.rebooting) return 'a restart was asked for'
  return nodeGroupId === null ? 'a service update is being applied' : 'its node group gave it up'
}

async function open(c: Context, version: string, imageId: string | null) {
  const { node } = c.subject
  const opened = await c.fleet.openNode(nodeSpec(c.subject))
  if (opened.kind === 'unknown') return waitOrGiveUp(c, opened.because)
  if (opened.kind === 'refused')
    return afterRefusal(c, { kind: 'refused', refusal: 'dead', because: opened.because })
  const isNew = node.workflow.firstHomeAt === null
  c.change({ do: 'set-opened', nodeId: node.id, opened: true, engineVersionActual: version, imageId })
  event(c, isNew ? added(node) : recovered(node), describeLimits(c.subject))
  if (node.rebooting) c.change({ do: 'clear-rebooting', nodeId: node.id })
  c.frame.deathsAtBoot = 0
  c.deadline(null)
  if (isNew) wakeOwner(c)
  else leadClients(c)
  return pass('wait')
}

/** Who takes ordinary commands at a cluster's configuration endpoint has another container, or is not there. */
function leadClients(c: Context): void {
  const { cluster, owner } = c.subject
  if (cluster.memcached !== null)
    c.change({ do: 'raise', kind: 'cache-cluster', subjectId: owner.id, signal: 'converge' })
}

const added = ({ cacheNodeId, zone }: CacheNode): string =>
  `Added cache node ${cacheNodeId} in availability zone ${zone}`

/** Whether it may be opened, as what, is for its node group to decide: it is booted and proved, and closed. */
function report(
  c: Context,
  nodeGroupId: string,
  { version, clusterNodeId }: Admitted,
  imageId: string | null,
) {
  const { node } = c.subject
  const facts = { engineVersionActual: version, clusterNodeId, imageId }
  c.change({ do: 'set-opened', nodeId: node.id, opened: false, ...facts })
  c.change({ do: 'raise', kind: 'node-group', subjectId: nodeGroupId, signal: 'converge' })
  const limits = describeLimits(c.subject)
  if (node.workflow.firstHomeAt === null) event(c, added(node), limits)
  c.frame.deathsAtBoot = 0
  c.deadline(null)
  return pass('wait')
}

/** A member is looked after by its node group. */
function refer(c: Context) {
  const { nodeGroupId } = c.subject
  c.clear('checkup')
  if (nodeGroupId !== null)
    c.change({ do: 'raise', kind: 'node-group', subjectId: nodeGroupId, signal: 'checkup' })
  return rest(c)
}

/** What can be told to a running node; a member is told by its node group. */
async function configure(c: Context) {
  const { spec, parameters, parameterValues } = configuredNode(c.subject)
  const configured = await c.fleet.configureNode(spec, parameters)
  if (configured.kind === 'refused') return hop('diagnose')
  if (configured.kind === 'unknown') return nap(seconds(1), configured.because)
  setParameters(c, c.subject.node, parameterValues)
  c.clear('configure')
  return rest(c)
}

/** How long what it begins with may take on its way from the vault into its memory, at the least speed that is borne. */
function loadMs({ seed }: NodeSubject): number {
  const bytes = (seed?.files ?? []).reduce((total, file) => total + file.bytes, 0)
  return bytes / LOAD_BYTES_PER_MS
}

/** Says so when the engine has fewer processors than the node type. */
function describeLimits(subject: NodeSubject): string | undefined {
  const { engineCpus } = subject
  const { cacheNodeType } = choiceOf(subject)
  const wanted = findNodeType(cacheNodeType)?.vcpus ?? 0
  if (wanted <= engineCpus) return undefined
  return `${cacheNodeType} has ${wanted} vCPUs, capped to the ${engineCpus} of its Docker engine`
}

function replace(c: Context, because: string) {
  const { cacheNodeId, rebooting } = c.subject.node
  event(
    c,
    rebooting ? `Cache node ${cacheNodeId} shutdown` : `Recovering cache nodes ${cacheNodeId}`,
    because,
  )
  c.change({ do: 'next-incarnation', nodeId: c.subject.node.id })
  leadClients(c)
  return hop('start')
}

function afterRefusal(c: Context, refused: Parameters<typeof recoverBoot>[1]) {
  const { id } = c.subject.node
  if (refused.refusal === 'dead') c.frame.deathsAtBoot += 1
  const recovery = recoverBoot(c.subject, refused, c.frame.deathsAtBoot)
  switch (recovery.kind) {
    case 'give-up':
      return giveUp(c, recovery.because)
    case 'wait':
      return waitOrGiveUp(c, recovery.because)
    case 'move-port':
      c.change({ do: 'move-port', nodeId: id })
      return hop('start')
    case 'next-incarnation':
      c.change({ do: 'next-incarnation', nodeId: id })
      return hop('start')
    default:
      return unreachable(recovery)
  }
}

/** A new node is given up at its deadline; one that has served is wanted back, however long that takes. */
function waitOrGiveUp(c: Context, because: string) {
  if (c.overdue && c.subject.node.workflow.firstHomeAt === null) return giveUp(c, because)
  return nap(seconds(1), because)
}

function giveUp(c: Context, because: string) {
  c.fail(because)
  wakeOwner(c)
  return hop('failed')
}

function event(c: Context, message: string, because?: string): void {
  const { cluster } = c.subject
  c.event(cluster.accountId, eventOfCluster(cluster.cacheClusterId, message, because))
}
