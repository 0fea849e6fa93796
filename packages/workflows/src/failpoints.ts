/**
 * Named places where a test may stop, kill or delay the process: `<kind>.<step>.<before|afterEffect|afterCommit>`.
 * Production wires `noFailpoints`.
 */
export interface Failpoints {
  reach(name: string): Promise<void>
}

export const FAILPOINT_POSITIONS = ['before', 'afterEffect', 'afterCommit'] as const
export type FailpointPosition = (typeof FAILPOINT_POSITIONS)[number]

export const noFailpoints: Failpoints = { reach: () => Promise.resolve() }

export function failpointName(kind: string, step: string, position: FailpointPosition): string {
  return `${kind}.${step}.${position}`
}
