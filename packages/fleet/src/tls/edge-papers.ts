import type { AuthorityMaterial, EdgeSpec } from '@cacheplane/domain'
import { EDGE_FILES } from '../config/node-files.ts'
import type { Leaf } from './issue-certificate.ts'
import { issueEdgeLeaf, issueEndpointLeaf } from './issue-leaf.ts'

/** Everything that an edge shows to others, each certificate with its key, by the file that it is in. */
export async function edgePapers(
  authority: AuthorityMaterial,
  spec: EdgeSpec,
  lifetimeMs: number,
): Promise<Record<string, string>> {
  const own = await issueEdgeLeaf(authority, spec, lifetimeMs)
  if (spec.kind !== 'discovery-tls') return { [EDGE_FILES.certificate]: together(own) }
  const endpoint = await issueEndpointLeaf(authority, spec, lifetimeMs)
  return { [EDGE_FILES.certificate]: together(own), [EDGE_FILES.endpoint]: together(endpoint) }
}

/** Without an empty line, which would end it on HAProxy's command line. */
function together({ certificatePem, keyPem }: Leaf): string {
  const lines = `${certificatePem}\n${keyPem.reveal()}`.split('\n').filter((line) => line !== '')
  return `${lines.join('\n')}\n`
}
