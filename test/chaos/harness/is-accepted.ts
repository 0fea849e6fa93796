import { DEADLINES } from '../deadlines.ts'
import { waitFor } from './wait-for.ts'

/** A group that is still busy with something else refuses; it is asked again. */
export async function isAccepted(ask: () => Promise<{ status: number; body: string }>): Promise<void> {
  const isTaken = ({ status }: { status: number }): boolean => status === 200 || status === 202
  await waitFor('the change to be accepted', ask, isTaken, DEADLINES.accepted)
}
