export { FakeFleet } from './fake-fleet.ts'
export type { FakeEngineOptions, FakeFleetOptions } from './fake-fleet-options.ts'
export { dumpOf } from './simulated-dump.ts'
export { MemoryFiles } from './memory-files.ts'
export { MemoryVault } from './memory-vault.ts'
export type { CallName, Fault, FaultRates } from './faults.ts'
export type { SimulatedConnection } from './simulated-connection.ts'
export type { SimulatedEdge, SimulatedServer, SimulatedSlot } from './simulated-edge.ts'
export type { Timings } from './wire.ts'
export type {
  EngineWorld,
  SimulatedContainer,
  SimulatedNetwork,
  SimulatedProcess,
  SimulatedWrite,
} from './world.ts'
export { writeTo } from './simulated-replication.ts'
export type { Watchers } from './wire.ts'
