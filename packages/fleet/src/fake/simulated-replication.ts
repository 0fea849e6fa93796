import { canFollow, type ListedReplica, type ReplicationFacts } from '@cacheplane/domain'
import type { Random } from './random.ts'
import { gossip } from './simulated-cluster.ts'
import { containerAt, isAwake, isSevered } from './simulated-reach.ts'
import type { EngineWorld, SimulatedContainer, SimulatedLink, SimulatedProcess } from './world.ts'

/** How long a full copy takes, and how far a replica that keeps up is behind, in milliseconds. */
const FULL_COPY_MS = [20, 400] as const
const LAG_MS = [0, 3] as const
/** A replica tries again this often. */
const RECONNECT_MS = 100
/** Pings go out each second, and so do acknowledgements, the first of which lets the stream begin. */
const HEARD_EVERY_MS = 1_000
const FIRST_ACK_MS = [0, 1_000] as const

/**
 * Lets every replica take over what its primary has had by now. Called before anything is read or broken, so that what a
 * replica has when its primary dies is what had reached it by then.
 */
export function advanceReplication(worlds: readonly EngineWorld[], nowMs: number, random: Random): void {
  gossip(worlds, nowMs)
  for (const world of worlds) {
    for (const container of world.containers) {
      const { process } = container
      if (process === null || process.link === null || !isAwake(container, nowMs)) continue
      follow(worlds, world, process, process.link, nowMs, random)
    }
  }
}

function follow(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  replica: SimulatedProcess,
  link: SimulatedLink,
  nowMs: number,
  random: Random,
): void {
  const at = containerAt(worlds, world, link)
  if (at !== null && isSevered(at.world, world)) return
  const source = at?.container ?? null
  const primary = source !== null && isAwake(source, nowMs) ? source.process : null
  if (primary === null) {
    if (hangsUp(source)) link.state = 'down'
    return
  }
  // A process that took the other's place knows nothing of the connection.
  if (link.runId !== primary.runId) link.state = 'down'
  if (link.state === 'down') connect(link, replica, primary, nowMs, () => copyMs(world, random))
  // Another process took its place between two looks: the connection to the one before is gone.
  if (link.runId !== primary.runId) {
    link.state = 'down'
    return
  }
  finishCopy(link, replica, primary, nowMs, random)
  if (link.state === 'syncing') link.heardAtMs = nowMs
  if (link.state !== 'up') return
  if (nowMs < link.streamsAtMs) return
  takeOver(replica, primary, nowMs - random.between(...LAG_MS))
  link.heardAtMs = nowMs
}

/** A frozen primary hangs up on nobody: the link stays up and silent. */
function hangsUp(primary: SimulatedContainer | null): boolean {
  return primary === null || (primary.state !== 'paused' && !primary.isHung)
}

function finishCopy(
  link: SimulatedLink,
  replica: SimulatedProcess,
  primary: SimulatedProcess,
  nowMs: number,
  random: Random,
): void {
  if (link.state !== 'syncing' || nowMs < link.readyAtMs) return
  link.state = 'up'
  link.streamsAtMs = link.readyAtMs + random.between(...FIRST_ACK_MS)
  link.heardAtMs = nowMs
  replica.writes = []
  replica.pings = 0
  takeOver(replica, primary, link.forkedAtMs)
}

const copyMs = ({ slowCopyMs }: EngineWorld, random: Random): number =>
  slowCopyMs ?? random.between(...FULL_COPY_MS)

function takeOver(replica: SimulatedProcess, primary: SimulatedProcess, reachedMs: number): void {
  // What it has is a beginning of what its primary has: it would not be linked otherwise.
  const arrived = primary.writes.findLastIndex(({ atMs }) => atMs <= reachedMs) + 1
  for (const write of primary.writes.slice(replica.writes.length, arrived)) replica.writes.push(write)
  replica.pings = Math.max(replica.pings, pingsBy(primary, reachedMs))
  replica.historyId = primary.historyId
  replica.formerHistoryId = primary.formerHistoryId
}

function pingsBy({ pings, pingsSinceMs }: SimulatedProcess, ms: number): number {
  return pings + Math.max(0, Math.floor((ms - pingsSinceMs) / HEARD_EVERY_MS))
}

function reads(replica: SimulatedProcess, primary: SimulatedProcess): boolean {
  return canFollow(choiceOf(replica), choiceOf(primary))
}

/** As `canFollow` wants it; the type of a node does not matter. */
const choiceOf = ({ engine, version }: SimulatedProcess) => ({
  engine,
  engineVersion: version.replace(/^(\d+\.\d+)\.\d+$/, '$1'),
  cacheNodeType: '',
})

/** A port takes TLS or plain text, and a process without a certificate cannot begin a handshake. */
function areSpeaking(link: SimulatedLink, replica: SimulatedProcess, primary: SimulatedProcess): boolean {
  const takesTls = primary.tls && link.port === primary.port
  return link.tls === takesTls && (replica.tls || !link.tls)
}

/** A login that is refused leaves what the replica has; another history begins with a full copy. */
function connect(
  link: SimulatedLink,
  replica: SimulatedProcess,
  primary: SimulatedProcess,
  nowMs: number,
  fullCopyMs: () => number,
): void {
  if (nowMs < link.readyAtMs) return
  link.readyAtMs = nowMs + RECONNECT_MS
  if (!primary.replicasAdmitted || !areSpeaking(link, replica, primary)) return
  const known = [primary.historyId, primary.formerHistoryId]
  const isPrefix =
    known.includes(replica.historyId) &&
    replica.writes.every((write, i) => primary.writes[i]?.value === write.value)
  // The copy that it is sent makes no sense to it: it asks again, and again.
  if (!isPrefix && !reads(replica, primary)) return
  link.runId = primary.runId
  if (isPrefix) replica.pings = Math.min(replica.pings, pingsBy(primary, nowMs))
  link.state = isPrefix ? 'up' : 'syncing'
  link.forkedAtMs = nowMs
  link.readyAtMs = nowMs + (isPrefix ? 0 : fullCopyMs())
}

/** A primary hangs up on a replica that takes and says nothing for so long. */
const GIVEN_UP_AFTER_MS = 10_000

function replicasOf(
  worlds: readonly EngineWorld[],
  { runId }: SimulatedProcess,
  nowMs: number,
): ListedReplica[] {
  const processes = worlds.flatMap(({ containers }) =>
    containers.flatMap(({ state, process }) =>
      process !== null && (state === 'running' || state === 'paused') ? [process] : [],
    ),
  )
  return processes.flatMap(({ ip, port, link }): ListedReplica[] => {
    if (link?.runId !== runId || link.state === 'down') return []
    const unheardMs = Math.max(0, nowMs - link.heardAtMs)
    if (unheardMs >= GIVEN_UP_AFTER_MS) return []
    const isCopying = link.state === 'syncing'
    const lagSeconds = isCopying ? 0 : Math.floor(unheardMs / HEARD_EVERY_MS)
    return [{ at: { host: ip, port }, isCopying, lagSeconds }]
  })
}

export function replicationFacts(
  worlds: readonly EngineWorld[],
  process: SimulatedProcess,
  nowMs: number,
): ReplicationFacts {
  const { historyId, formerHistoryId, writes, link } = process
  return {
    historyId,
    formerHistoryId,
    offset: writes.length + (link === null ? pingsBy(process, nowMs) : process.pings),
    keys: writes.length,
    loading: false,
    replicas: replicasOf(worlds, process, nowMs),
    link:
      link === null
        ? null
        : {
            source: { host: link.host, port: link.port },
            up: link.state === 'up',
            syncing: link.state === 'syncing',
            lastHeardSeconds: Math.floor(Math.max(0, nowMs - link.heardAtMs) / HEARD_EVERY_MS),
          },
  }
}

/** What a client's write to a node comes to. */
export function writeTo(
  container: SimulatedContainer,
  value: string,
  nowMs: number,
): 'acknowledged' | 'refused' {
  const { process } = container
  const takesIt =
    process !== null &&
    isAwake(container, nowMs) &&
    process.open &&
    !process.lends &&
    process.heldUntilMs <= nowMs &&
    process.role === 'primary'
  if (!takesIt) return 'refused'
  process.writes.push({ value, atMs: nowMs })
  return 'acknowledged'
}
