export * from './elect-primary.ts'
export * from './judge-primary.ts'
export * from './may-have-copy.ts'
export * from './plan-membership.ts'
