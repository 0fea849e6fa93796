import type { Ensured, NodeSpec } from '@cacheplane/domain'
import { ready, reason, unknown, type Call } from './call.ts'
import type { ContainerFacts, DockerEngine } from './docker-engine.ts'
import { incarnationOf, isOurs, nodeLabels, NODE_LABEL } from './labels.ts'
import { containerName } from './names.ts'
import { removeNodeObjects } from './remove-node.ts'
import { startRefusal } from './start-refusal.ts'

export type EnsuredNode = Ensured<'port-taken' | 'address-taken' | 'image-missing' | 'dead'>

const dead = (because: string): EnsuredNode => ({ kind: 'refused', refusal: 'dead', because })

/** The promise is in the port's docstring. */
export async function ensureNode(
  engine: DockerEngine,
  installation: string,
  spec: NodeSpec,
): Promise<EnsuredNode> {
  const [containers, networks] = await Promise.all([
    engine.containers(spec.nodeId),
    engine.networks(spec.networkId),
  ])
  if (containers.kind !== 'ok') return unknown(reason(containers))
  if (networks.kind !== 'ok') return unknown(reason(networks))

  const standing = sortByIncarnation(containers.value, spec.incarnation)
  if (standing.later !== undefined) return dead(`a later incarnation stands: ${standing.later.name}`)
  if (standing.own !== undefined && standing.own.state !== 'created') return judge(engine, standing.own)

  const network = networks.value[0]
  if (network === undefined) return unknown(`the network ${spec.networkId} is not on this engine`)
  // Nothing has ever run in an unfinished container, but it may have been made for another port.
  if (standing.leftovers.length > 0) {
    const cleared = await removeNodeObjects(engine, standing.leftovers, spec.nodeId)
    if (cleared.kind !== 'gone') return cleared
  }
  return createAndStart(engine, installation, spec, network.name)
}

function sortByIncarnation(containers: readonly ContainerFacts[], incarnation: number) {
  const numbered = containers.map((facts) => ({ facts, number: incarnationOf(facts.labels) ?? 0 }))
  const own = numbered.find(({ number }) => number === incarnation)?.facts
  const leftovers = containers.filter((facts) => facts !== own || own.state === 'created')
  return { own, leftovers, later: numbered.find(({ number }) => number > incarnation)?.facts }
}

async function judge(engine: DockerEngine, own: ContainerFacts): Promise<EnsuredNode> {
  switch (own.state) {
    case 'running':
    case 'paused':
      return ready
    case 'exited': {
      const inspected = await engine.inspectContainer(own.ref)
      return dead(inspected.kind === 'ok' ? inspected.value.because : 'its container has stopped')
    }
    case 'created':
    case 'other':
      return unknown(`its container ${own.name} is between two states`)
  }
}

async function createAndStart(
  engine: DockerEngine,
  installation: string,
  spec: NodeSpec,
  network: string,
): Promise<EnsuredNode> {
  const name = containerName(spec)
  const labels = nodeLabels(installation, spec)
  const created = await engine.createContainer({ name, labels, networkName: network, spec })
  if (created.kind === 'conflict') return adopt(engine, installation, spec, name)
  if (created.kind !== 'ok') return refusedOrUnknown(created)

  const started = await engine.startContainer(name)
  if (started.kind === 'ok' || started.kind === 'notModified') return ready
  const verdict = refusedOrUnknown(started)
  if (verdict.kind !== 'refused') return verdict
  const cleared = await removeNodeObjects(engine, [{ ref: name }], spec.nodeId)
  return cleared.kind === 'gone' ? verdict : cleared
}

/** The name is taken: by another worker who makes the same node, or by a stranger. */
async function adopt(
  engine: DockerEngine,
  installation: string,
  spec: NodeSpec,
  name: string,
): Promise<EnsuredNode> {
  const inspected = await engine.inspectContainer(name)
  if (inspected.kind !== 'ok') return unknown(reason(inspected))
  const facts = inspected.value
  const same = isOurs(facts.labels, installation) && facts.labels[NODE_LABEL] === spec.nodeId
  if (!same) return unknown(`a foreign container holds the name ${name}`)
  return judge(engine, facts)
}

function refusedOrUnknown(call: Exclude<Call<void>, { kind: 'ok' }>): EnsuredNode {
  const because = reason(call)
  const refusal = startRefusal(because)
  return refusal === null ? unknown(because) : { kind: 'refused', refusal, because }
}
