import type { SnapshotSubject } from '@cacheplane/domain'
import { z } from 'zod'
import type { StepContext } from './step-context.ts'

/** The node that a file is read from, as it was when it was chosen. */
const Chosen = z.object({
  nodeId: z.string(),
  engineId: z.string(),
  engine: z.enum(['redis', 'valkey']),
  engineVersion: z.string(),
  memoryBytes: z.number(),
  usedMemoryBytes: z.number(),
})
export const Frame = z.object({
  /** By file id. */
  chosen: z.record(z.string(), Chosen).default({}),
  /** Ids of files whose very bytes an engine has loaded. */
  proved: z.array(z.string()).default([]),
  /** How often a node has been read in vain. */
  failures: z.number().default(0),
})
export type Context = StepContext<SnapshotSubject, z.infer<typeof Frame>>
export type Chosen = z.infer<typeof Chosen>
