import { configuredNode, parameterStatus, type NodeReading, type NodeSubject } from '@cacheplane/domain'
import { setParameters } from '../set-parameters.ts'
import type { Context } from './context.ts'

/**
 * Tells members that serve what they have not been told yet: values of their parameter group, and tokens. Only the holder
 * of the node group's lease may: telling a node its tokens must not meet its being closed. Null when every member knows.
 */
export async function configureMembers(
  c: Context,
  readings: ReadonlyMap<string, NodeReading>,
): Promise<string | null> {
  const members = c.subject.nodes.filter(({ node }) => !node.leaving)
  const untold = members.filter((one) => isAsked(c) || parameterStatus(one.cluster, one.node) === 'applying')
  const results = await Promise.all(untold.map((one) => tell(c, one, readings.get(one.node.id))))
  return results.find((because) => because !== null) ?? null
}

function isAsked({ signals, subject }: Context): boolean {
  return signals.has('configure') || subject.group.authTokenUpdate !== null
}

async function tell(c: Context, one: NodeSubject, reading: NodeReading | undefined): Promise<string | null> {
  if (reading?.kind !== 'serving') return `${one.cluster.cacheClusterId} cannot be told its parameters yet`
  const { spec, parameters, parameterValues } = configuredNode(one)
  const configured = await c.fleet.configureNode(spec, parameters)
  if (configured.kind !== 'ready') return configured.because
  setParameters(c, one.node, parameterValues)
  return null
}
