export * from './plan-cluster.ts'
export * from './plan-resharding.ts'
export * from './plan-slot-move.ts'
export * from './slots.ts'
