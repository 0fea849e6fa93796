export type { ContractBench, ContractVariant, EndpointClient } from './contract-bench.ts'
export { describeFleetContract } from './describe-fleet-contract.ts'
export { FreshSpecs } from './fresh-specs.ts'
