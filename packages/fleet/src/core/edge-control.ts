import type { Certificate, EdgeRef, EdgeSpec, Hop } from '@cacheplane/domain'
import type { Answer } from './node-control.ts'

/** Speaks to an edge itself. All of it may be repeated; nothing of it takes longer than its deadline. */
export interface EdgeControl {
  read(edge: EdgeRef): Promise<Answer<SlotFacts[]>>
  /** Null when the edge has no such slot. */
  readSlot(edge: EdgeRef, slot: number): Promise<Answer<SlotFacts | null>>
  /** Closes these servers for new connections and cuts those that stand; answers when none is left, with what is. */
  cut(edge: EdgeRef, slot: number, servers: readonly ServerName[]): Promise<Answer<SlotFacts | null>>
  /** Points each server, which must have been cut, at its hop and opens it; answers what is then. */
  open(edge: EdgeRef, slot: number, openings: readonly Opening[]): Promise<Answer<SlotFacts | null>>
  /** What the configuration endpoint shows; null when it shows nothing. */
  readList(edge: EdgeRef, slot: number): Promise<Answer<string | null>>
  /** Answers what it shows then. */
  setList(edge: EdgeRef, slot: number, text: string | null): Promise<Answer<string | null>>
  /** Shown by a handshake. */
  certificate(edge: EdgeRef): Promise<Answer<Certificate | null>>
  /** Has it show others from the next handshake on. */
  renewCertificates(edge: EdgeSpec): Promise<Answer<void>>
  /** The IP address of a host, since an edge looks up no names; null when there is none. */
  addressOf(host: string): Promise<string | null>
  close(): void
}

type Role = 'primary' | 'fallback' | `reader${number}`

/**
 * What an edge declares for every slot: where writers go, where readers go, and where these go for want of readers; and the
 * same for those who speak plain text while others speak TLS.
 */
export type ServerName = Role | `plain-${Role}`

export interface SideFacts {
  primary: ServerFacts
  fallback: ServerFacts
  readers: readonly ServerFacts[]
}

export interface SlotFacts extends SideFacts {
  slot: number
  /** Null of a configuration endpoint, which does not tell them apart. */
  plain: SideFacts | null
}

export interface ServerFacts {
  name: ServerName
  /** Null while it takes no new connections. */
  hop: Hop | null
  /** Connections of clients that stand. */
  sessions: number
}

export interface Opening {
  server: ServerName
  hop: Hop
}
