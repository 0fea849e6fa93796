import type { AuthorityMaterial, EdgeRef, EdgeSpec, NodeRef, NodeSpec } from '@cacheplane/domain'
import { issueCertificate, type Leaf } from './issue-certificate.ts'

/**
 * The name in a node's certificate by which the control plane knows it. It names the incarnation and no address, so
 * another node at the same address, or an earlier container of this one, does not pass for it.
 */
export function tlsIdentity({ nodeId, incarnation }: Pick<NodeRef, 'nodeId' | 'incarnation'>): string {
  return `g${incarnation}.${nodeId}.cacheplane.internal`
}

/** The same for an edge. */
export function edgeIdentity({ edgeId, incarnation }: Pick<EdgeRef, 'edgeId' | 'incarnation'>): string {
  return tlsIdentity({ nodeId: edgeId, incarnation })
}

/** A certificate for one incarnation of a node, to be renewed before it expires. */
export function issueLeaf(authority: AuthorityMaterial, spec: NodeSpec, lifetimeMs: number): Promise<Leaf> {
  return issueCertificate(authority, {
    commonName: spec.nodeId,
    names: [tlsIdentity(spec), ...spec.tlsNames, spec.ip],
    // A replica shows the same certificate to its primary.
    usages: ['serverAuth', 'clientAuth'],
    lifetimeMs,
  })
}

/** What clients of configuration endpoints see. */
export function issueEndpointLeaf(
  authority: AuthorityMaterial,
  { edgeId, tlsNames }: EdgeSpec,
  lifetimeMs: number,
): Promise<Leaf> {
  return issueCertificate(authority, {
    commonName: edgeId,
    names: tlsNames,
    usages: ['serverAuth'],
    lifetimeMs,
  })
}

/** A certificate for one incarnation of an edge; clients of caches never see it. */
export function issueEdgeLeaf(
  authority: AuthorityMaterial,
  edge: EdgeRef,
  lifetimeMs: number,
): Promise<Leaf> {
  return issueCertificate(authority, {
    commonName: edge.edgeId,
    names: [edgeIdentity(edge)],
    usages: ['serverAuth'],
    lifetimeMs,
  })
}
