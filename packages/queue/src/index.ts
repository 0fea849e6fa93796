export { consumeRings, type Consumer } from './consumer.ts'
export { createDoorbell, type ClosableDoorbell } from './doorbell.ts'
export type { QueueLog } from './connection.ts'
