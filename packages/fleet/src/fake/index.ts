export { FakeFleet, type FakeEngineOptions, type FakeFleetOptions } from './fake-fleet.ts'
export type { CallName, Fault, FaultRates } from './faults.ts'
export type { Timings } from './wire.ts'
export type { EngineWorld, SimulatedContainer, SimulatedNetwork, SimulatedProcess } from './world.ts'
