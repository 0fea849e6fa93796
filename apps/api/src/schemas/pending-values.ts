import { z } from 'zod'
import { EngineName } from './common.ts'

export const PendingModifiedValues = z
  .object({
    engine: EngineName.optional(),
    engineVersion: z.string().optional(),
    cacheNodeType: z.string().optional(),
    transitEncryptionEnabled: z.boolean().optional(),
    transitEncryptionMode: z.enum(['preferred', 'required']).optional(),
  })
  .meta({
    id: 'PendingModifiedValues',
    description:
      'What was asked for and is not so yet: it is under way, waits for the maintenance window, or stopped.',
  })

export type PendingModifiedValuesView = z.infer<typeof PendingModifiedValues>

/** Of a group with cluster mode whose slots are on their way. */
export const Resharding = z
  .object({ slotMigration: z.object({ progressPercentage: z.number() }) })
  .meta({ id: 'ReshardingStatus' })

export const AllowedNodeTypeModifications = z
  .object({ scaleUpModifications: z.array(z.string()), scaleDownModifications: z.array(z.string()) })
  .meta({ id: 'AllowedNodeTypeModifications' })
