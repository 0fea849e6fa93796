import { FAILOVER_PHASES } from '@cacheplane/domain'
import { z } from 'zod'
import { queryInteger, Timestamp } from './common.ts'

const Candidate = z.object({
  cacheClusterId: z.string(),
  offset: z.int().nullable().meta({ description: 'How far along the history of the data it was.' }),
  eligible: z.boolean(),
  because: z.string(),
})

const FailoverStage = z
  .object({
    phase: z.enum(FAILOVER_PHASES),
    at: Timestamp,
    afterMs: z.int().meta({ description: 'Milliseconds since the first phase.' }),
    because: z.string(),
    candidates: z
      .array(Candidate)
      .optional()
      .meta({ description: 'For `elected`: every replica that could have become the primary.' }),
  })
  .meta({ id: 'FailoverStage' })

const Failover = z
  .object({
    failoverId: z.string(),
    nodeGroupId: z.string(),
    epoch: z
      .int()
      .optional()
      .meta({ description: 'Grows with every change of primary; absent until it has begun.' }),
    kind: z.enum(['automatic', 'test', 'switch', 'recovery']).meta({
      description:
        '`automatic`: the primary was lost. `test`: somebody asked to lose it. `switch`: a planned promotion. `recovery`: the lost ' +
        'primary was made again from its replicas.',
    }),
    status: z.enum(['requested', 'running', 'completed', 'abandoned']),
    cause: z.string(),
    fromCacheClusterId: z.string(),
    toCacheClusterId: z.string().optional(),
    requestedAt: Timestamp,
    endedAt: Timestamp.optional(),
    phases: z.array(FailoverStage),
  })
  .meta({ id: 'Failover' })

export type FailoverView = z.infer<typeof Failover>

export const FailoverList = z.object({ failovers: z.array(Failover) }).meta({ id: 'FailoverList' })
export const FAILOVERS_MAX = 100
export const ListFailoversQuery = z.strictObject({
  maxRecords: queryInteger(`The newest so many, 1 to ${FAILOVERS_MAX}; ${FAILOVERS_MAX} by default.`),
})
