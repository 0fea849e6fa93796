import type { Clock, Fleet, ForeignFiles, NodeChange, NodeRef, Vault } from '@cacheplane/domain'
import { configureNode } from './configure-node.ts'
import { Deaths } from './deaths.ts'
import type { ContainerEvent, DockerEngine } from './docker-engine.ts'
import { drainSlots } from './drain-slots.ts'
import type { EdgeControl } from './edge-control.ts'
import { EnginePool, type EngineSeat } from './engine-pool.ts'
import { copyFile } from './copy-file.ts'
import { ensureEdge } from './ensure-edge.ts'
import { ensureNetwork, removeNetwork } from './ensure-network.ts'
import { ensureNode } from './ensure-node.ts'
import { examineNode } from './examine-node.ts'
import { fenceNode } from './fence-node.ts'
import { followPrimary } from './follow-primary.ts'
import { freezeNode, thawNode } from './freeze-node.ts'
import { introduceNode, readCluster } from './introduce-node.ts'
import { inventory, removeOrphan } from './inventory.ts'
import { EDGE_LABEL, incarnationOf, NODE_LABEL } from './labels.ts'
import type { Answer, NodeControl } from './node-control.ts'
import { observeEdge, type EdgeBench } from './observe-edge.ts'
import { observeNode } from './observe-node.ts'
import { openNode } from './open-node.ts'
import { orderNode, type OrderBench } from './order-node.ts'
import { publishList } from './publish-list.ts'
import { removeEdge } from './remove-edge.ts'
import { removeNode } from './remove-node.ts'
import { renewCertificate } from './renew-certificate.ts'
import { renewEdgeCertificates } from './renew-edge-certificates.ts'
import { routeEndpoint } from './route-endpoint.ts'
import { importFile } from './import-file.ts'
import { removeFile, saveNode } from './save-node.ts'
import { removeTrial, tryFile } from './try-file.ts'
import { imageOf, surveyImages } from './survey-images.ts'

export interface FleetParts {
  /** Label value that tells this installation's objects from everybody else's. */
  installation: string
  seats: readonly EngineSeat[]
  /** How to speak to the nodes of an engine. */
  controlOf: (engine: DockerEngine) => NodeControl
  /** And to its edges. */
  edgeControlOf: (engine: DockerEngine) => EdgeControl
  /** Where snapshots are kept. */
  vault: Vault
  /** Where files are imported from. */
  foreignFiles: ForeignFiles
  clock: Clock
}

/** Puts the fleet together from engines and a way to speak to nodes; real ones and simulated ones alike. */
export function createFleet(parts: FleetParts): Fleet {
  const { installation, seats, controlOf, edgeControlOf, clock } = parts
  const pool = new EnginePool(seats)
  const deaths = new Deaths()
  const on: On = async (engineId, act) => {
    const found = await pool.find(engineId)
    return found.kind === 'found' ? act(found.engine) : found
  }
  const onNode: OnNode = ({ engineId }, act) =>
    on(engineId, (engine) => act({ engine, control: controlOf(engine), clock, deaths }))
  const edgeBench = (engine: DockerEngine) => ({ engine, control: edgeControlOf(engine), clock })
  return {
    recallEngines: (zones) => pool.recall(zones),
    survey: () => pool.survey(),
    ...imageQuestions(on),
    ensureNetwork: (spec) => on(spec.engineId, (engine) => ensureNetwork(engine, installation, spec)),
    removeNetwork: (ref) => on(ref.engineId, (engine) => removeNetwork(engine, ref)),
    ensureNode: (spec) => on(spec.engineId, (engine) => ensureNode(engine, parts, spec)),
    observeNode: (ref, patienceMs) => onNode(ref, (bench) => observeNode(bench, ref, patienceMs)),
    examineNode: (ref, withinMs) => onNode(ref, (bench) => examineNode(bench, ref, withinMs)),
    probeNode: (ref, onTrouble) => probeNode(pool, controlOf, ref, onTrouble),
    openNode: (spec) => on(spec.engineId, (engine) => openNode(engine, controlOf(engine), spec)),
    followPrimary: (spec, source) => onNode(spec, (bench) => followPrimary(bench, spec, source)),
    ...orders(onNode),
    ...clusterOrders(onNode),
    fenceNode: (ref) => onNode(ref, (bench) => fenceNode(bench, ref)),
    freezeNode: (ref) => on(ref.engineId, (engine) => freezeNode(engine, ref)),
    thawNode: (ref) => on(ref.engineId, (engine) => thawNode(engine, ref)),
    removeNode: (ref) => on(ref.engineId, (engine) => removeNode(engine, ref.nodeId)),
    ...edges(on, edgeControlOf, edgeBench, installation),
    ...backups({ parts, on, onNode }),
    inventory: (engineId) => on(engineId, (engine) => inventory(engine, engineId)),
    removeOrphan: (object) => on(object.engineId, (engine) => removeOrphan(engine, object)),
    watch: (onChange) => watchAll(pool, deaths, onChange),
    close: () => closeAll(parts),
  }
}

async function closeAll({ seats, edgeControlOf }: FleetParts): Promise<void> {
  for (const { engine } of seats) edgeControlOf(engine).close()
  await Promise.all(seats.map(({ engine }) => engine.close()))
}

type On = <T>(
  engineId: string,
  act: (engine: DockerEngine) => Promise<T>,
) => Promise<T | { kind: 'unknown'; because: string }>

function imageQuestions(on: On): Pick<Fleet, 'surveyImages' | 'imageOf'> {
  return {
    surveyImages: (engineId) => on(engineId, surveyImages),
    imageOf: async (ref) => {
      const image = await on(ref.engineId, (engine) => imageOf(engine, ref))
      return typeof image === 'string' ? image : null
    },
  }
}

type OnNode = <T>(
  ref: NodeRef,
  act: (bench: OrderBench & { clock: Clock }) => Promise<T>,
) => Promise<T | { kind: 'unknown'; because: string }>

type Orders =
  | 'closeNode'
  | 'holdWrites'
  | 'promoteNode'
  | 'lendNode'
  | 'configureNode'
  | 'findDrift'
  | 'certificateOf'
  | 'renewCertificate'
type ClusterOrders =
  'readCluster' | 'introduceNode' | 'forgetPeers' | 'claimSlots' | 'setSlots' | 'drainSlots'

/** What a node is told, and no more than once. */
function orders(onNode: OnNode): Pick<Fleet, Orders> {
  return {
    closeNode: (ref) => onNode(ref, (bench) => orderNode(bench, ref, (control) => control.close(ref))),
    holdWrites: (ref, ms) =>
      onNode(ref, (bench) => orderNode(bench, ref, (control) => control.hold(ref, ms))),
    promoteNode: (spec) =>
      onNode(spec, (bench) => orderNode(bench, spec, (control) => control.promote(spec))),
    lendNode: (ref) => onNode(ref, (bench) => orderNode(bench, ref, (control) => control.lend(ref))),
    configureNode: (spec, parameters) => onNode(spec, (bench) => configureNode(bench, spec, parameters)),
    findDrift: async (spec, parameters) =>
      answered(await onNode(spec, ({ control }) => control.drift(spec, parameters))),
    certificateOf: async (ref) => answered(await onNode(ref, ({ control }) => control.certificate(ref))),
    renewCertificate: (spec) => onNode(spec, (bench) => renewCertificate(bench, spec)),
  }
}

/** What a node is told of the others of its cluster, and how it sees them. */
function clusterOrders(onNode: OnNode): Pick<Fleet, ClusterOrders> {
  return {
    readCluster: (ref) => onNode(ref, (bench) => readCluster(bench, ref)),
    introduceNode: (ref, peers) => onNode(ref, (bench) => introduceNode(bench, ref, peers)),
    forgetPeers: (ref, ids) =>
      onNode(ref, (bench) => orderNode(bench, ref, (control) => control.forget(ref, ids))),
    claimSlots: (ref, slots, epoch) =>
      onNode(ref, (bench) => orderNode(bench, ref, (control) => control.claim(ref, slots, epoch))),
    setSlots: (ref, slots, as) =>
      onNode(ref, (bench) => orderNode(bench, ref, (control) => control.setSlots(ref, slots, as))),
    drainSlots: (ref, slots, to, pace) => onNode(ref, (bench) => drainSlots(bench, ref, { slots, to, pace })),
  }
}

/** Proxies, and where they lead. */
function edges(
  on: On,
  edgeControlOf: FleetParts['edgeControlOf'],
  edgeBench: (engine: DockerEngine) => EdgeBench,
  installation: string,
): Pick<Fleet, EdgeCalls> {
  return {
    ensureEdge: (spec) => on(spec.engineId, (engine) => ensureEdge(edgeBench(engine), installation, spec)),
    observeEdge: (ref, patienceMs) =>
      on(ref.engineId, (engine) => observeEdge(edgeBench(engine), ref, patienceMs)),
    routeEndpoint: (edge, slot, routes) =>
      on(edge.engineId, (engine) =>
        routeEndpoint({ engine, control: edgeControlOf(engine), edge, slot }, routes),
      ),
    publishList: (edge, slot, list) =>
      on(edge.engineId, (engine) =>
        publishList({ engine, control: edgeControlOf(engine), edge, slot }, list),
      ),
    edgeCertificateOf: async (ref) =>
      answered(await on(ref.engineId, (engine) => edgeControlOf(engine).certificate(ref))),
    renewEdgeCertificates: (spec) =>
      on(spec.engineId, (engine) => renewEdgeCertificates(edgeBench(engine), spec)),
    removeEdge: (ref) => on(ref.engineId, (engine) => removeEdge(engine, ref.edgeId)),
  }
}

type EdgeCalls =
  | 'ensureEdge'
  | 'observeEdge'
  | 'routeEndpoint'
  | 'publishList'
  | 'edgeCertificateOf'
  | 'renewEdgeCertificates'
  | 'removeEdge'

/** What is carried between nodes and the vault. */
function backups({
  parts: { installation, vault, clock, foreignFiles },
  on,
  onNode,
}: {
  parts: FleetParts
  on: On
  onNode: OnNode
}): Pick<Fleet, 'saveNode' | 'importFile' | 'tryFile' | 'removeTrial' | 'copyFile' | 'removeFile'> {
  return {
    saveNode: (ref, trial) => onNode(ref, (bench) => saveNode({ ...bench, installation, vault }, ref, trial)),
    importFile: (trial, from, maxBytes) =>
      on(trial.engineId, (engine) =>
        importFile({ engine, installation, clock, vault, foreignFiles }, trial, from, maxBytes),
      ),
    tryFile: (trial) =>
      on(trial.engineId, (engine) => tryFile({ engine, installation, clock }, vault, trial)),
    removeTrial: ({ engineId, fileId }) =>
      on(engineId, (engine) => removeTrial(engine, installation, fileId)),
    copyFile: (from, fileId) => copyFile(vault, from, fileId),
    removeFile: (fileId) => removeFile(vault, fileId),
  }
}

/** Null for every other answer. */
function answered<T>(answer: Answer<T> | { kind: 'unknown' }): T | null {
  return answer.kind === 'answered' ? answer.value : null
}

function probeNode(
  pool: EnginePool,
  controlOf: FleetParts['controlOf'],
  ref: NodeRef,
  onTrouble: (because: string) => void,
): (() => void) | null {
  const engine = pool.known(ref.engineId)
  return engine === undefined ? null : controlOf(engine).probe(ref, onTrouble)
}

function watchAll(pool: EnginePool, deaths: Deaths, onChange: (change: NodeChange) => void): () => void {
  const stops = pool.seats.map(({ engine }) =>
    engine.watch((event) => {
      deaths.hear(event)
      const change = nodeChange(pool.idOf(engine), event)
      if (change !== null) onChange(change)
    }),
  )
  return () => stops.forEach((stop) => stop())
}

function nodeChange(engineId: string, { action, labels }: ContainerEvent): NodeChange | null {
  const ownerId = labels[NODE_LABEL] ?? labels[EDGE_LABEL]
  const incarnation = incarnationOf(labels)
  if (ownerId === undefined || incarnation === null) return null
  const change = action === 'started' ? 'other' : action
  return { engineId, of: labels[NODE_LABEL] === undefined ? 'edge' : 'node', ownerId, incarnation, change }
}
