/**
 * What one call to a Docker engine came to. `refused` is a definite answer that it did not work; `unknown` says that
 * the call may or may not have had its effect (deadline, cut connection), so that the caller must look again.
 */
export type Call<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'notFound'; because: string }
  | { kind: 'conflict'; because: string }
  | { kind: 'notModified' }
  | { kind: 'refused'; because: string }
  | { kind: 'unknown'; because: string }

export const ok = <T>(value: T): Call<T> => ({ kind: 'ok', value })
export const unknown = (because: string) => ({ kind: 'unknown', because }) as const
export const ready = { kind: 'ready' } as const
export const gone = { kind: 'gone' } as const

/** The reason of a call that did not come to `ok`. */
export function reason(call: Call<unknown>): string {
  return 'because' in call ? call.because : call.kind
}
