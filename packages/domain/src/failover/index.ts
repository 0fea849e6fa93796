export * from './elect-primary.ts'
export * from './judge-primary.ts'
export * from './plan-membership.ts'
