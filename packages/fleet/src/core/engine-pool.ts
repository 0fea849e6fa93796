import { unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { EngineReport } from '@cacheplane/domain'

/** A Docker engine with what the configuration says of it. */
export interface EngineSeat {
  engine: DockerEngine
  zones: string[]
  /** Where clients reach its published ports. */
  announcedAddress: string
}

export type Found = { kind: 'found'; engine: DockerEngine } | ReturnType<typeof unknown>

/**
 * Finds engines by id. Docker's own id is only known once the engine has answered, or from somebody who heard it before; until
 * then an engine goes by its address, and a search for an id asks those that have not answered yet.
 */
export class EnginePool {
  readonly #ids = new Map<DockerEngine, string>()

  constructor(readonly seats: readonly EngineSeat[]) {}

  recall(zones: readonly { name: string; engineId: string }[]): void {
    for (const { engine, zones: own } of this.seats) {
      const found = zones.find(({ name }) => own.includes(name))
      if (found !== undefined && !this.#ids.has(engine)) this.#ids.set(engine, found.engineId)
    }
  }

  async find(engineId: string): Promise<Found> {
    const known = this.known(engineId)
    if (known !== undefined) return { kind: 'found', engine: known }
    const strangers = this.seats.filter((seat) => !this.#ids.has(seat.engine))
    await Promise.all(strangers.map((seat) => this.#report(seat)))
    const engine = this.known(engineId)
    if (engine !== undefined) return { kind: 'found', engine }
    return unknown(`no configured Docker engine that answers has the id ${engineId}`)
  }

  /** Zones whose addresses turn out to be one and the same engine are reported together. */
  async survey(): Promise<EngineReport[]> {
    const reports = new Map<string, EngineReport>()
    for (const report of await Promise.all(this.seats.map((seat) => this.#report(seat)))) {
      const same = reports.get(report.engineId)
      if (same === undefined) reports.set(report.engineId, report)
      else same.zones.push(...report.zones)
    }
    return [...reports.values()]
  }

  idOf(engine: DockerEngine): string {
    return this.#ids.get(engine) ?? engine.dockerAddress
  }

  /** Without asking anybody. */
  known(engineId: string): DockerEngine | undefined {
    return this.seats.find((seat) => this.#ids.get(seat.engine) === engineId)?.engine
  }

  async #report({ engine, zones, announcedAddress }: EngineSeat): Promise<EngineReport> {
    const info = await engine.info()
    if (info.kind === 'ok') this.#ids.set(engine, info.value.id === '' ? engine.dockerAddress : info.value.id)
    const common = { engineId: this.idOf(engine), zones: [...zones], address: announcedAddress }
    if (info.kind === 'ok') {
      return { ...common, reachable: true, cpus: info.value.cpus, memoryBytes: info.value.memoryBytes }
    }
    const because = 'because' in info ? info.because : info.kind
    return { ...common, reachable: false, cpus: 0, memoryBytes: 0, because }
  }
}
