import { UnknownForm, type RdbCursor } from './rdb-cursor.ts'

type Skip = (c: RdbCursor) => void

const ID_BYTES = 16
const TIME_BYTES = 8
const SCORE_BYTES = 8
/** Scores that are no numbers stand for themselves. */
const NO_NUMBER_MIN = 253

const string: Skip = (c) => c.skipString()

const many =
  (...parts: readonly Skip[]): Skip =>
  (c) => {
    for (let left = c.length(); left > 0; left--) for (const part of parts) part(c)
  }

const lengths =
  (count: number): Skip =>
  (c) => {
    for (let left = count; left > 0; left--) c.length()
  }

const bytes =
  (count: number): Skip =>
  (c) =>
    c.skip(count)

const oldScore: Skip = (c) => {
  const length = c.byte()
  if (length < NO_NUMBER_MIN) c.skip(length)
}

/** What an engine has written since the first form of streams came with the second, and with the third. */
function stream(form: 1 | 2 | 3): Skip {
  const consumer = [string, bytes(form === 3 ? 2 * TIME_BYTES : TIME_BYTES), many(bytes(ID_BYTES))]
  const pending = many(bytes(ID_BYTES + TIME_BYTES), lengths(1))
  const groups = many(string, lengths(form === 1 ? 2 : 3), pending, many(...consumer))
  const entries = many(string, string)
  return (c) => {
    entries(c)
    lengths(form === 1 ? 3 : 8)(c)
    groups(c)
  }
}

const withExpiry =
  (rest: Skip): Skip =>
  (c) => {
    c.skip(TIME_BYTES)
    rest(c)
  }

/** By the number that engines give to a type and how it is laid out; modules' types are not among them. */
const SKIPS: ReadonlyMap<number, Skip> = new Map([
  ...[0, 9, 10, 11, 12, 13, 16, 17, 20].map((type) => [type, string] as const),
  ...[1, 2, 14].map((type) => [type, many(string)] as const),
  [3, many(string, oldScore)],
  [4, many(string, string)],
  [5, many(string, bytes(SCORE_BYTES))],
  [15, stream(1)],
  [18, many(lengths(1), string)],
  [19, stream(2)],
  [21, stream(3)],
  [24, withExpiry(many(lengths(1), string, string))],
  [25, withExpiry(string)],
])

/** Moves behind a value of that type. */
export function skipValue(c: RdbCursor, type: number): void {
  const skip = SKIPS.get(type)
  if (skip === undefined) throw new UnknownForm(`a value is of type ${type}, which is not known`)
  skip(c)
}
