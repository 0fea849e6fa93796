/** How long each call to a Docker engine may take, in milliseconds. Generous: a busy engine is slow, not dead. */
export const DEADLINES = {
  look: 3_000,
  kill: 2_000,
  pause: 5_000,
  create: 15_000,
  start: 20_000,
  remove: 15_000,
  network: 10_000,
  /** Sending what a container begins with, between two pieces of which it takes nothing. */
  feed: 60_000,
} as const

/** Speaking to a node: establishing the connection, and each command on it. */
export const CONNECT_MS = 800
export const COMMAND_MS = 1_500

/** Speaking to an edge: each exchange on a connection that is held. */
export const EDGE_MS = 800
/** How long a new edge may take until it answers. */
export const EDGE_BOOT_MS = 5_000
