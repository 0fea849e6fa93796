import { StringDecoder } from 'node:string_decoder'

/** Far above any event of Docker's; a longer line is not one. */
const LINE_MAX = 1_048_576

/** Cuts a byte stream into lines, whatever the chunk borders are. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    const rest = lines.pop() ?? ''
    this.#rest = rest.length > LINE_MAX ? '' : rest
    return lines.filter((line) => line.trim() !== '')
  }
}
