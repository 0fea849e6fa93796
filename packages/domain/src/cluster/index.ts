export * from './plan-cluster.ts'
export * from './slots.ts'
