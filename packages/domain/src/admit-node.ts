import type { NodeReading } from './ports/node-reading.ts'
import type { NodeSubject } from './ports/workflows.ts'
import { nodeRef } from './node-spec.ts'
import { choiceOf } from './rolling/node-choice.ts'
import { isCopyOf } from './route-target.ts'

export type Admission =
  | { kind: 'open'; version: string; clusterNodeId: string | null }
  | { kind: 'wait'; because: string }
  | { kind: 'refuse'; because: string }
  | { kind: 'replace'; because: string }

/**
 * Whether a node that has just booted may be opened to clients. It may only when it is the engine version that was
 * asked for and stands alone as a primary: a node with another history must not meet clients under this name. One that bridges
 * copies its node group's primary from its start on.
 */
export function admitNode(subject: NodeSubject, reading: NodeReading): Admission {
  switch (reading.kind) {
    case 'starting':
    case 'frozen':
    case 'silent':
    case 'unreachable':
    case 'unknown':
      return { kind: 'wait', because: reading.because }
    case 'dead':
      return { kind: 'replace', because: reading.because }
    case 'serving': {
      const { engine, engineVersion: wanted } = choiceOf(subject)
      if (!isVersion(reading.version, wanted)) {
        return {
          kind: 'refuse',
          because: `the image runs ${reading.version}, not ${engine} ${wanted}`,
        }
      }
      // It was made for a primary that was in the cluster, and is not the primary any more.
      if (subject.bridgesFrom !== null && reading.role === 'primary')
        return { kind: 'replace', because: 'the node cannot be told to follow its primary' }
      if (reading.role === 'replica' && !bridgesRightly(subject, reading))
        return { kind: 'replace', because: 'the node follows another primary' }
      return { kind: 'open', version: reading.version, clusterNodeId: reading.clusterNodeId }
    }
  }
}

/** It copies the primary that it was made for, and that is the primary still. */
function bridgesRightly(
  { node, cluster, bridgesFrom }: NodeSubject,
  { replication: { link } }: Extract<NodeReading, { kind: 'serving' }>,
): boolean {
  if (bridgesFrom === null || link === null) return false
  return isCopyOf(nodeRef({ node, cluster }), link.source, bridgesFrom)
}

/** `8.1.1` is `8.1`; `8.10.0` is not. */
export function isVersion(actual: string, wanted: string): boolean {
  return actual === wanted || actual.startsWith(`${wanted}.`)
}
