import { OUTAGE_MODES } from '@cacheplane/domain'
import { z } from 'zod'
import { Timestamp } from './common.ts'

export const ZonePath = z.object({ name: z.string().meta({ description: 'For example `local-1a`.' }) })

export const BeginOutage = z
  .strictObject({
    mode: z.enum(OUTAGE_MODES).meta({
      description:
        '`kill`: the nodes’ processes end at once, and with them what only they held. `freeze`: they stand still with their ' +
        'connections open, and those that nobody has replaced go on when it is over.',
    }),
  })
  .meta({ id: 'BeginAvailabilityZoneOutage', examples: [{ mode: 'kill' }] })

const Outage = z.object({
  mode: z.enum(OUTAGE_MODES),
  since: Timestamp,
  status: z
    .enum(['starting', 'active', 'ending'])
    .meta({ description: '`active` once every node of the zone is down.' }),
})

export const AvailabilityZone = z
  .object({
    name: z.string(),
    address: z.string().meta({ description: 'Where clients reach the nodes of this zone.' }),
    outage: Outage.optional().meta({ description: 'While somebody has taken the zone out.' }),
  })
  .meta({ id: 'AvailabilityZone' })
export type AvailabilityZoneView = z.infer<typeof AvailabilityZone>
