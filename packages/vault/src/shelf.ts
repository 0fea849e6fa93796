/** Where sealed files lie, as bytes under names; what they hold and whether they are whole is not known there. */
export interface Shelf {
  /** Puts all of it under the name, or nothing. False where something has the name already: that stays. */
  put(name: string, pieces: AsyncIterable<Buffer>): Promise<boolean>
  /** Its first and its last bytes; null when it is not there. */
  ends(name: string, firstBytes: number, lastBytes: number): Promise<{ first: Buffer; last: Buffer } | null>
  /** From its beginning to its end, each piece good until the next is asked for; null when it is not there. */
  read(name: string): Promise<AsyncIterable<Uint8Array> | null>
  /** Together with what is to get that name, as far as it can be found. Absence is success. */
  remove(name: string): Promise<void>
  /** Everything there, unfinished things included. */
  list(): Promise<ShelvedItem[]>
  /** Removes an unfinished thing that `list` has shown. */
  discard(part: string): Promise<void>
}

export interface ShelvedItem {
  kind: 'whole' | 'part'
  /** Of a part: whatever the shelf tells it by. */
  name: string
  changedAt: Date
}
