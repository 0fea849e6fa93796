import type { SimulatedWrite } from './world.ts'

const HEADER = 'REDIS0011'

/** What a simulated node writes out for a snapshot, and loads again. */
export function dumpOf(writes: readonly SimulatedWrite[]): Buffer {
  return Buffer.from(HEADER + JSON.stringify(writes))
}

/** Null for a file that no engine can load. */
export function loadDump(content: Buffer | undefined): SimulatedWrite[] | null {
  if (content === undefined) return null
  try {
    const text = content.toString('utf8')
    const parsed: unknown = text.startsWith(HEADER) ? JSON.parse(text.slice(HEADER.length)) : null
    return Array.isArray(parsed) && parsed.every(isWrite) ? parsed : null
  } catch {
    return null
  }
}

/** All that was sent; null of what broke off. */
export async function inputOf(content: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of content) pieces.push(piece)
    return Buffer.concat(pieces)
  } catch {
    return null
  }
}

function isWrite(value: unknown): value is SimulatedWrite {
  return (
    typeof value === 'object' &&
    value !== null &&
    'value' in value &&
    typeof value.value === 'string' &&
    'atMs' in value &&
    typeof value.atMs === 'number'
  )
}
