import { seconds } from '../duration.ts'

/** What sending one key may take as long as none has proved to take longer: nobody takes a node that is silent for so long for lost. */
export const SEND_MS = seconds(2)
const SEND_MAX_MS = seconds(64)

/**
 * How long a key that took longer than `triedMs` to send may take the next time. An engine serves nobody while it sends or takes
 * in a key: the more time there is for that, the later is one that hangs found out.
 */
export function planSending(triedMs: number): { sendMs: number; because: string } {
  const sendMs = Math.min(SEND_MAX_MS, Math.max(SEND_MS, triedMs) * 2)
  return {
    sendMs,
    because: `a key took longer than ${triedMs / 1_000} s to send: it is given ${sendMs / 1_000} s, in which its shards may not answer`,
  }
}
