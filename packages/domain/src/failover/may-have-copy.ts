import { unreachable } from '../errors.ts'
import type { NodeReading } from '../ports/node-reading.ts'

/**
 * Whether a member may hold the node group's data. The row that says who was let in may lag behind: whoever let the node in
 * may have died before writing that down. A container boots closed and is let in once its copy is complete, so that an open
 * one tells by itself; of one that does not answer nothing better is known than what the row says, and a row that says no is
 * not believed.
 */
export function mayHaveCopy(letIn: boolean, reading: NodeReading): boolean {
  switch (reading.kind) {
    case 'serving':
      return reading.open
    case 'dead':
      return false
    case 'starting':
      return letIn
    case 'frozen':
    case 'silent':
    case 'unreachable':
    case 'unknown':
      return true
    default:
      return unreachable(reading)
  }
}
