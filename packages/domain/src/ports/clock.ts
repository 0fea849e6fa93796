/** Time as an argument. `now` is wall time for people; `monotonicMs` is for deadlines and leases. */
export interface Clock {
  now(): Date
  monotonicMs(): number
  sleep(ms: number): Promise<void>
}
