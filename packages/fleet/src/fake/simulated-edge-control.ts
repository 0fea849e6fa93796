import type { Certificate, EdgeRef, EdgeSpec } from '@cacheplane/domain'
import type { Call } from '../core/call.ts'
import { EDGE_MS } from '../core/deadlines.ts'
import type { EdgeControl, Opening, ServerName, SlotFacts } from '../core/edge-control.ts'
import type { Answer } from '../core/node-control.ts'
import {
  serversOf,
  slotFacts,
  type SimulatedEdge,
  type SimulatedServer,
  type SimulatedSlot,
} from './simulated-edge.ts'
import { newCertificate } from './simulated-process.ts'
import { carry, type Simulation } from './wire.ts'
import type { EngineWorld } from './world.ts'

type Reached = { kind: 'edge'; edge: SimulatedEdge } | Exclude<Answer<never>, { kind: 'answered' }>

/** Speaks to simulated edges. As with nodes, a hung engine is no bar. */
export class SimulatedEdgeControl implements EdgeControl {
  constructor(
    private readonly world: EngineWorld,
    private readonly simulation: Simulation,
  ) {}

  read(edge: EdgeRef): Promise<Answer<SlotFacts[]>> {
    return this.#talk('readEdge', edge, ({ slots }) => slots.map(slotFacts))
  }

  readSlot(edge: EdgeRef, slot: number): Promise<Answer<SlotFacts | null>> {
    return this.#talk('readEdge', edge, (found) => factsOf(found, slot))
  }

  cut(edge: EdgeRef, slot: number, servers: readonly ServerName[]): Promise<Answer<SlotFacts | null>> {
    return this.#change(edge, slot, (server) => {
      if (!servers.includes(server.name)) return
      server.hop = null
      server.sessions.clear()
    })
  }

  open(edge: EdgeRef, slot: number, openings: readonly Opening[]): Promise<Answer<SlotFacts | null>> {
    return this.#change(edge, slot, (server) => {
      const opening = openings.find((candidate) => candidate.server === server.name)
      if (opening !== undefined) server.hop = { ...opening.hop }
    })
  }

  readList(edge: EdgeRef, slot: number): Promise<Answer<string | null>> {
    return this.#talk('readEdge', edge, (found) => slotOf(found, slot).list)
  }

  setList(edge: EdgeRef, slot: number, text: string | null): Promise<Answer<string | null>> {
    return this.#talk('routeEdge', edge, (found) => (slotOf(found, slot).list = text))
  }

  certificate(edge: EdgeRef): Promise<Answer<Certificate | null>> {
    return this.#talk('showEdge', edge, ({ certificate }) => certificate)
  }

  renewCertificates(edge: EdgeSpec): Promise<Answer<void>> {
    const { random, clock, certificateLifetimeMs } = this.simulation
    return this.#talk('renewEdge', edge, (found) => {
      found.certificate = newCertificate(random, clock.now(), certificateLifetimeMs)
    })
  }

  async addressOf(host: string): Promise<string> {
    return Promise.resolve(host)
  }

  close(): void {
    // Nothing is held.
  }

  #change(ref: EdgeRef, slot: number, act: (server: SimulatedServer) => void) {
    return this.#talk('routeEdge', ref, (edge) => {
      edge.slots
        .filter((candidate) => candidate.slot === slot)
        .flatMap(serversOf)
        .forEach(act)
      return factsOf(edge, slot)
    })
  }

  async #talk<T>(
    name: 'readEdge' | 'routeEdge' | 'showEdge' | 'renewEdge',
    ref: EdgeRef,
    act: (edge: SimulatedEdge) => T,
  ) {
    const { clock, timings } = this.simulation
    const alwaysUp = { ...this.world, state: this.world.state === 'dark' ? 'dark' : 'up' } as const
    const call = await carry(this.simulation, alwaysUp, name, EDGE_MS, (): Call<Answer<T>> => {
      const reached = this.#reach(ref)
      const value: Answer<T> =
        reached.kind === 'edge' ? { kind: 'answered', value: act(reached.edge) } : reached
      return { kind: 'ok', value }
    })
    const answer: Answer<T> =
      call.kind === 'ok' ? call.value : { kind: 'silent', because: 'it did not answer in time' }
    if (answer.kind === 'silent' && timings.call[1] > 0) await clock.sleep(EDGE_MS)
    return answer
  }

  #reach({ edgeId, incarnation, controlPort }: EdgeRef): Reached {
    const container = this.world.containers.find(
      ({ state, edge }) => (state === 'running' || state === 'paused') && edge?.controlPort === controlPort,
    )
    const edge = container?.edge
    if (container === undefined || !edge) return { kind: 'absent', because: 'nothing listens at its port' }
    if (container.state === 'paused') return { kind: 'silent', because: 'it did not answer in time' }
    if (container.answersAtMs > this.simulation.clock.monotonicMs()) {
      return { kind: 'absent', because: 'it does not listen yet' }
    }
    if (edge.certificate.notAfter <= this.simulation.clock.now())
      return { kind: 'stranger', because: 'its certificate has expired' }
    const same = edge.edgeId === edgeId && edge.incarnation === incarnation
    return same ? { kind: 'edge', edge } : { kind: 'stranger', because: 'it showed another certificate' }
  }
}

function slotOf({ slots }: SimulatedEdge, slot: number): SimulatedSlot {
  const found = slots.find((candidate) => candidate.slot === slot)
  if (found === undefined) throw new Error(`the simulated edge has no slot ${slot}`)
  return found
}

function factsOf({ slots }: SimulatedEdge, slot: number): SlotFacts | null {
  const found = slots.find((candidate) => candidate.slot === slot)
  return found === undefined ? null : slotFacts(found)
}
