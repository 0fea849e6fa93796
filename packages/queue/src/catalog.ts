import { z } from 'zod'

export const QUEUE_NAME = 'cacheplane'

/** Every job there is. A job carries an id and nothing else: the row is the letter, the job only rings for it. */
export const JOBS = {
  advance: z.strictObject({ workflowId: z.string().regex(/^wf-[a-z0-9]{16}$/) }),
} as const

export type AdvanceJob = z.infer<typeof JOBS.advance>
