import type { NodeReading } from './ports/node-reading.ts'

export type Diagnosis =
  | { kind: 'healthy' }
  | { kind: 'closed'; because: string }
  | { kind: 'lost'; because: string }
  | { kind: 'unclear'; because: string }

/**
 * What a reading says of a node that was serving. A Docker API that does not answer says nothing of the node
 * (reliability V11), so `unknown` never counts as dead.
 */
export function diagnoseNode(reading: NodeReading): Diagnosis {
  switch (reading.kind) {
    case 'serving':
      return reading.open
        ? { kind: 'healthy' }
        : { kind: 'closed', because: 'the node serves nobody but the control plane' }
    case 'dead':
      return { kind: 'lost', because: reading.because }
    case 'starting':
    case 'frozen':
    case 'silent':
    case 'unreachable':
    case 'unknown':
      return { kind: 'unclear', because: reading.because }
  }
}
