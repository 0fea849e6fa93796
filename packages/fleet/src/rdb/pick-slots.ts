import { slotsIn, VaultDamage, type SlotRange } from '@cacheplane/domain'
import { keySlot } from './key-slot.ts'
import { RdbCursor, Short, UnknownForm } from './rdb-cursor.ts'
import { skipValue } from './skip-value.ts'

/** `REDIS` and four digits. */
const HEADER_BYTES = 9
const HEADER = /^REDIS00(09|10|11|12)$/
const [SLOT_INFO, FUNCTIONS, IDLE, FREQUENCY, AUXILIARY] = [0xf4, 0xf5, 0xf8, 0xf9, 0xfa]
const [SIZES, EXPIRES_MS, EXPIRES, DATABASE, END] = [0xfb, 0xfc, 0xfd, 0xfe, 0xff]
/** Instead of a checksum: none is checked then. */
const TAIL = Buffer.from([END, 0, 0, 0, 0, 0, 0, 0, 0])
const FIRST_DATABASE = Buffer.from([DATABASE, 0])

/** One thing that a file says, up to where the cursor stands. */
type Said =
  | { kind: 'key'; slot: number }
  | { kind: 'functions' }
  | { kind: 'database'; number: number }
  | { kind: 'end' }
  /** What only helps the engine that loads it. */
  | { kind: 'hint' }

interface Reading {
  slots: ReadonlySet<number>
  database: number
  /** Libraries of functions that were passed on: every shard has all of them. */
  functions: Set<string>
}

/**
 * Makes one file of what several hold in these slots. Every file is read to its end, so that whoever vouches for it has
 * done so. Throws `VaultDamage` where a file is none, has keys in other databases than the first, which clusters do not have,
 * or is written in a form that is not known.
 */
export async function* pickSlots(
  files: readonly AsyncIterable<Uint8Array>[],
  ranges: readonly SlotRange[],
): AsyncGenerator<Buffer> {
  const reading: Reading = { slots: new Set(slotsIn(ranges)), database: 0, functions: new Set() }
  let header: string | null = null
  for (const file of files) {
    reading.database = 0
    const pieces = piecesOf(file, reading)
    try {
      const first = (await pieces.next()).value?.toString('latin1') ?? ''
      if (header === null) yield Buffer.concat([Buffer.from(first, 'latin1'), FIRST_DATABASE])
      else if (first !== header) throw new VaultDamage('the files of the snapshot are of different versions')
      header = first
      yield* pieces
    } finally {
      await pieces.return(undefined)
    }
  }
  yield TAIL
}

/** The header, then what is kept of each piece. */
async function* piecesOf(file: AsyncIterable<Uint8Array>, reading: Reading): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0)
  let state: 'header' | 'body' | 'over' = 'header'
  /** A value that is larger than a piece is not looked at again with every piece of it. */
  let enough = HEADER_BYTES
  for await (const piece of file) {
    if (state === 'over') continue
    held = Buffer.concat([held, piece])
    if (held.length < enough) continue
    if (state === 'header') {
      yield headerOf(held)
      held = held.subarray(HEADER_BYTES)
      state = 'body'
    }
    const { kept, used, isOver } = pick(held, reading)
    yield* kept
    held = Buffer.from(held.subarray(used))
    enough = used === 0 ? held.length * 2 : 0
    if (isOver) state = 'over'
  }
  if (state === 'over') return
  if (state === 'body') {
    const { kept, isOver } = pick(held, reading)
    yield* kept
    if (isOver) return
  }
  throw new VaultDamage('a file of the snapshot has no end')
}

function headerOf(held: Buffer): Buffer {
  const header = held.subarray(0, HEADER_BYTES)
  if (HEADER.test(header.toString('latin1'))) return Buffer.from(header)
  throw new VaultDamage('a file of the snapshot is in a form whose slots cannot be told apart')
}

/** What of the buffer is to be kept, and how much of it was looked at. */
function pick(held: Buffer, reading: Reading): { kept: Buffer[]; used: number; isOver: boolean } {
  const cursor = new RdbCursor(held, 0)
  const kept: Buffer[] = []
  let keptFrom = 0
  let used = 0
  const close = (to: number): void => {
    if (to > keptFrom) kept.push(held.subarray(keptFrom, to))
  }
  try {
    for (;;) {
      const said = say(cursor)
      const isWanted = judge(said, held.subarray(used, cursor.at), reading)
      if (!isWanted) {
        close(used)
        keptFrom = cursor.at
      }
      used = cursor.at
      if (said.kind === 'end') return { kept, used, isOver: true }
    }
  } catch (error) {
    if (error instanceof UnknownForm)
      throw new VaultDamage(`the snapshot cannot be divided: ${error.message}`)
    if (!(error instanceof Short)) throw error
    close(used)
    return { kept, used, isOver: false }
  }
}

function judge(said: Said, bytes: Buffer, reading: Reading): boolean {
  switch (said.kind) {
    case 'key':
      if (reading.database !== 0)
        throw new UnknownForm(
          `it has keys in database ${reading.database}, and clusters have database 0 only`,
        )
      return reading.slots.has(said.slot)
    case 'functions': {
      const text = bytes.toString('latin1')
      const isNew = !reading.functions.has(text)
      reading.functions.add(text)
      return isNew
    }
    case 'database':
      reading.database = said.number
      return false
    case 'end':
    case 'hint':
      return false
  }
}

function say(c: RdbCursor): Said {
  for (;;) {
    const word = c.byte()
    switch (word) {
      case EXPIRES_MS:
        c.skip(8)
        break
      case EXPIRES:
        c.skip(4)
        break
      case FREQUENCY:
        c.skip(1)
        break
      case IDLE:
        c.length()
        break
      case DATABASE:
        return { kind: 'database', number: c.length() }
      case AUXILIARY:
        c.skipString()
        c.skipString()
        return { kind: 'hint' }
      case SIZES:
        c.length()
        c.length()
        return { kind: 'hint' }
      case SLOT_INFO:
        c.length()
        c.length()
        c.length()
        return { kind: 'hint' }
      case FUNCTIONS:
        c.skipString()
        return { kind: 'functions' }
      case END:
        c.skip(8)
        return { kind: 'end' }
      default: {
        const slot = keySlot(c.string())
        skipValue(c, word)
        return { kind: 'key', slot }
      }
    }
  }
}
