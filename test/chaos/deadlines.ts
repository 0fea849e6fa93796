import { seconds } from '@cacheplane/domain'

/** How long a promise may take to come true. They are what the service promises, with nothing added for slow machines. */
export const DEADLINES = {
  /** Everything converges within a minute of the end of a fault. */
  settled: seconds(60),
  /** A request is repeated until it is accepted; a restarted API answers again well within this. */
  accepted: seconds(30),
  /** Programs start and say that they are ready. */
  ready: seconds(60),
  /** A worker that was told to die at a failpoint has come by it. */
  reachedFailpoint: seconds(60),
  /** An API without its database says so instead of hanging. */
  refusal: seconds(5),
  /** A primary that is dead, frozen or cut off: until clients can write again. */
  failover: seconds(5),
  /** One that says nothing, and may merely be slow, is waited for first. */
  hang: seconds(12),
  /** A reader whose node has died is answered by another. */
  otherReader: seconds(1),
} as const

/** How long faults last. */
export const FAULTS = {
  /** Longer than any deadline of a call to an engine. */
  engineHangs: seconds(20),
  /** Longer than a lease, so that another worker takes over. */
  workerFrozen: seconds(25),
  /** Longer than the short lease of a failover. */
  workerFrozenShort: seconds(6),
  queueFrozen: seconds(5),
  controlPlaneAway: seconds(5),
  /** Within which a thawed worker would do whatever it still has in mind. */
  afterThaw: seconds(3),
} as const
