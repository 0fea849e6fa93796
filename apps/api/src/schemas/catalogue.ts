import { SOURCE_TYPES } from '@cacheplane/domain'
import { z } from 'zod'
import {
  EngineName,
  Marker,
  pagingQuery,
  queryBoolean,
  queryInteger,
  queryText,
  queryTime,
  Timestamp,
} from './common.ts'
import { AvailabilityZone } from './zone-outage.ts'

const Event = z
  .object({
    sourceIdentifier: z.string(),
    sourceType: z.enum(SOURCE_TYPES),
    message: z.string(),
    because: z.string().optional().meta({ description: 'Why it happened.' }),
    date: Timestamp,
  })
  .meta({ id: 'Event' })
export type EventView = z.infer<typeof Event>
export const EventList = z.object({ events: z.array(Event), marker: Marker }).meta({ id: 'EventList' })
export const ListEventsQuery = z.strictObject({
  ...pagingQuery,
  sourceType: z.enum(SOURCE_TYPES).optional(),
  sourceIdentifier: queryText('Name of a resource.'),
  startTime: queryTime('Events from this time on.'),
  endTime: queryTime('Events up to this time.'),
  duration: queryInteger('Minutes back from `endTime`, or on from `startTime`; 60 when left out.'),
})

const EngineVersion = z
  .object({
    engine: EngineName,
    engineVersion: z.string(),
    cacheParameterGroupFamily: z.string(),
    cacheEngineDescription: z.string(),
    cacheEngineVersionDescription: z.string(),
    isDefault: z.boolean(),
  })
  .meta({ id: 'EngineVersion' })
export type EngineVersionView = z.infer<typeof EngineVersion>
export const EngineVersionList = z
  .object({ cacheEngineVersions: z.array(EngineVersion), marker: Marker })
  .meta({ id: 'EngineVersionList' })
export const ListEngineVersionsQuery = z.strictObject({
  ...pagingQuery,
  engine: queryText('`redis`, `valkey` or `memcached`.'),
  engineVersion: queryText('For example `8.1`.'),
  cacheParameterGroupFamily: queryText('For example `valkey8`.'),
  defaultOnly: queryBoolean('Only what `engineVersion` defaults to.'),
})

const NodeType = z
  .object({
    cacheNodeType: z.string(),
    vcpus: z.int(),
    cpus: z
      .number()
      .optional()
      .meta({ description: 'What a node gets on the largest reachable Docker engine.' }),
    cpusCapped: z.boolean().optional().meta({ description: 'Whether that is fewer than the type has.' }),
    memoryBytes: z.int(),
    maxmemoryBytes: z.int().meta({ description: 'redis and valkey: what data may use.' }),
    memcachedItemMemoryMb: z.int().optional(),
    networkBaseGbps: z.number().optional(),
    networkBurstGbps: z.number().optional(),
    engines: z.array(z.object({ engine: EngineName, minimumVersion: z.string().optional() })),
  })
  .meta({ id: 'NodeType' })
export type NodeTypeView = z.infer<typeof NodeType>
export const NodeTypeList = z
  .object({ nodeTypes: z.array(NodeType), marker: Marker })
  .meta({ id: 'NodeTypeList' })
export const ListNodeTypesQuery = z.strictObject({ ...pagingQuery, engine: EngineName.optional() })

export const AvailabilityZoneList = z
  .object({ availabilityZones: z.array(AvailabilityZone), marker: Marker })
  .meta({ id: 'AvailabilityZoneList' })
export const ListAvailabilityZonesQuery = z.strictObject(pagingQuery)
