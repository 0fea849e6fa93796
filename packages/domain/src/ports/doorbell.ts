/**
 * Wakes a worker for a workflow. Best effort: a lost ring costs time until the next sweep, never work,
 * so implementations neither throw nor block longer than two seconds.
 */
export interface Doorbell {
  ring(workflowId: string, delayMs?: number): Promise<void>
}
