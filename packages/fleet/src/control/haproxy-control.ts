import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  invariant,
  type AuthorityMaterial,
  type Certificate,
  type EdgeRef,
  type EdgeSpec,
} from '@cacheplane/domain'
import { EDGE_FILES } from '../config/node-files.ts'
import { listName, plainBackend, primaryBackend, readerBackend } from '../config/render-edge-config.ts'
import { EDGE_MS } from '../core/deadlines.ts'
import type { EdgeControl, Opening, ServerName, SlotFacts } from '../core/edge-control.ts'
import type { Answer } from '../core/node-control.ts'
import { edgePapers } from '../tls/edge-papers.ts'
import { edgeIdentity } from '../tls/issue-leaf.ts'
import type { Leaf } from '../tls/issue-certificate.ts'
import { CommandLine } from './command-line.ts'
import type { Route } from './connect.ts'
import { countConnecting } from './count-connecting.ts'
import { parseStat } from './parse-stat.ts'
import { SharedQuestion } from './shared-question.ts'
import { shownCertificate } from './shown-certificate.ts'

export interface HaproxyControlOptions {
  authority: () => Promise<AuthorityMaterial>
  /** The certificate by which edges know us. */
  own: () => Promise<Leaf>
  /** Host under which edges of this engine take commands. */
  host: string
  certificateLifetimeMs: number
}

const PAUSE_MS = 5
const NO_LIST = '-'
const SHOW_LISTS = `show map ${EDGE_FILES.lists}`

type Connecting = Answer<ReadonlyMap<string, number>>

interface HeldLine {
  incarnation: number
  controlPort: number
  line: CommandLine
  /** How many sessions are on their way to which server: a list of all, which many slots may want at once. */
  connecting: SharedQuestion<Connecting>
}

/** Drives edges by HAProxy's runtime API, over one connection to each that is held. */
export class HaproxyControl implements EdgeControl {
  readonly #lines = new Map<string, HeldLine>()

  constructor(private readonly options: HaproxyControlOptions) {}

  async read(edge: EdgeRef): Promise<Answer<SlotFacts[]>> {
    return understood(await this.#lineTo(edge).line.ask(['show stat -1 4 -1']), parseStat)
  }

  async readSlot(edge: EdgeRef, slot: number): Promise<Answer<SlotFacts | null>> {
    return understood(await this.#lineTo(edge).line.ask(statOf(slot)), slotIn)
  }

  async cut(edge: EdgeRef, slot: number, servers: readonly ServerName[]): Promise<Answer<SlotFacts | null>> {
    const paths = servers.map((server) => pathOf(slot, server))
    const begun = performance.now()
    const isLate = () => performance.now() - begun > EDGE_MS
    const closed = await this.#close(edge, paths, isLate)
    if (closed.kind !== 'answered') return closed
    for (let round = 1; !isLate(); round += 1) {
      const shutdowns = paths.map((path) => `shutdown sessions server ${path}`)
      const left = understood(await this.#lineTo(edge).line.ask([...shutdowns, ...statOf(slot)]), slotIn)
      if (left.kind !== 'answered') return left
      if (sessionsOf(left.value, servers) === 0) return left
      // Most end while the first answer is on its way.
      if (round > 1) await sleep(round)
    }
    return { kind: 'silent', because: 'connections outlived their end' }
  }

  async open(edge: EdgeRef, slot: number, openings: readonly Opening[]): Promise<Answer<SlotFacts | null>> {
    const commands = openings.flatMap(({ server, hop: { host, port } }) => {
      invariant(isIP(host) !== 0 && Number.isInteger(port), 'an edge is given addresses and ports')
      const path = pathOf(slot, server)
      return [`set server ${path} addr ${host} port ${port}`, `set server ${path} state ready`]
    })
    return understood(await this.#lineTo(edge).line.ask([...commands, ...statOf(slot)]), slotIn)
  }

  async readList(edge: EdgeRef, slot: number): Promise<Answer<string | null>> {
    return understood(await this.#lineTo(edge).line.ask([SHOW_LISTS]), (texts) => listIn(texts, slot))
  }

  async setList(edge: EdgeRef, slot: number, text: string | null): Promise<Answer<string | null>> {
    invariant(text === null || /^[^\s;\\]+$/.test(text), 'a list is one word of a command')
    const command = `set map ${EDGE_FILES.lists} ${listName(slot)} ${text ?? NO_LIST}`
    return understood(await this.#lineTo(edge).line.ask([command, SHOW_LISTS]), (texts) =>
      listIn(texts, slot),
    )
  }

  async certificate(edge: EdgeRef): Promise<Answer<Certificate | null>> {
    return shownCertificate(await this.#routeTo(edge))
  }

  // What is set counts once it is committed, and what was set before and never committed is forgotten.
  async renewCertificates(edge: EdgeSpec): Promise<Answer<void>> {
    const { authority, certificateLifetimeMs } = this.options
    const papers = Object.entries(await edgePapers(await authority(), edge, certificateLifetimeMs))
    const commands = papers.flatMap(([file, pem]) => [
      `set ssl cert ${file} <<\n${pem}`,
      `commit ssl cert ${file}`,
    ])
    return understood(await this.#lineTo(edge).line.ask(commands), (texts) => {
      const isDone = texts.filter((_, i) => i % 2 === 1).every((text) => text.includes('Success!'))
      if (!isDone) throw new Error('the edge did not take its certificate')
    })
  }

  async addressOf(host: string): Promise<string | null> {
    if (isIP(host) !== 0) return host
    const found = lookup(host, { family: 4 }).then(({ address }) => address)
    const late = sleep(EDGE_MS, null, { ref: false })
    return Promise.race([found.catch(() => null), late])
  }

  close(): void {
    for (const { line } of this.#lines.values()) line.close()
    this.#lines.clear()
  }

  /**
   * Takes the servers out, and waits until nobody is on the way to them. HAProxy 3.0 forgets the client of a session
   * that is shut down while it connects: it would hang for ever. Connecting takes `timeout connect` at most.
   */
  async #close(edge: EdgeRef, paths: readonly string[], isLate: () => boolean): Promise<Answer<void>> {
    const { line, connecting } = this.#lineTo(edge)
    const closed = await line.ask(paths.map((path) => `set server ${path} state maint`))
    if (closed.kind !== 'answered') return closed
    do {
      const begun = performance.now()
      const counts = await connecting.ask()
      if (counts.kind !== 'answered') return counts
      if (!paths.some((path) => counts.value.has(path))) return { kind: 'answered', value: undefined }
      // An edge with thousands of sessions has better things to do than to list them all the time.
      await sleep(Math.max(PAUSE_MS, performance.now() - begun))
    } while (!isLate())
    return { kind: 'silent', because: 'clients are still being connected' }
  }

  #lineTo(edge: EdgeRef): HeldLine {
    const { edgeId, incarnation, controlPort } = edge
    const held = this.#lines.get(edgeId)
    if (held?.incarnation === incarnation && held.controlPort === controlPort) return held
    held?.line.close()
    const line = new CommandLine(() => this.#routeTo(edge))
    const connecting = new SharedQuestion<Connecting>(async () =>
      understood(await line.ask(['show sess']), ([text = '']) => countConnecting(text)),
    )
    const own = { incarnation, controlPort, line, connecting }
    this.#lines.set(edgeId, own)
    return own
  }

  async #routeTo(edge: EdgeRef): Promise<Route> {
    const { authority, own, host } = this.options
    const [{ certificatePem: authorityPem }, leaf] = await Promise.all([authority(), own()])
    return { host, port: edge.controlPort, tls: { authorityPem, identity: edgeIdentity(edge), own: leaf } }
  }
}

function pathOf(slot: number, server: ServerName): string {
  const backend = server.endsWith('primary') ? primaryBackend(slot) : readerBackend(slot)
  return `${server.startsWith('plain-') ? plainBackend(backend) : backend}/${server}`
}

function statOf(slot: number): string[] {
  const backends = [primaryBackend(slot), readerBackend(slot)]
  return [...backends, ...backends.map(plainBackend)].map((backend) => `show stat ${backend} 4 -1`)
}

function slotIn(texts: readonly string[]): SlotFacts | null {
  return parseStat(texts)[0] ?? null
}

/** Lines of a map are an address in memory, a name and a value. */
function listIn(texts: readonly string[], slot: number): string | null {
  const lines =
    texts
      .at(-1)
      ?.split('\n')
      .map((line) => line.split(' ')) ?? []
  const found = lines.find(([, name]) => name === listName(slot))
  if (found === undefined) throw new Error(`the edge has no configuration endpoint ${slot}`)
  const [, , text] = found
  return text === undefined || text === NO_LIST ? null : text
}

function sessionsOf(slot: SlotFacts | null, servers: readonly ServerName[]): number {
  if (slot === null) return 0
  return [slot, ...(slot.plain === null ? [] : [slot.plain])]
    .flatMap(({ primary, fallback, readers }) => [primary, fallback, ...readers])
    .filter(({ name }) => servers.includes(name))
    .reduce((sum, { sessions }) => sum + sessions, 0)
}

function understood<T>(answer: Answer<string[]>, read: (texts: string[]) => T): Answer<T> {
  if (answer.kind !== 'answered') return answer
  try {
    return { kind: 'answered', value: read(answer.value) }
  } catch (error) {
    return { kind: 'silent', because: error instanceof Error ? error.message : 'its answer makes no sense' }
  }
}
