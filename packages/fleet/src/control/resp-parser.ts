/** What a server may answer in RESP2. An error is a value here: whoever asked decides what it means. */
export type Reply = string | number | null | RespError | Reply[]

export class RespError {
  constructor(readonly message: string) {}
}

/** Far above anything that a control command is answered with. */
const REPLY_MAX = 4 * 1_048_576

/** Puts replies together from chunks. Throws when the peer does not speak RESP or says too much. */
export class RespParser {
  #buffer = Buffer.alloc(0)

  /** @param encoding of texts; `latin1` keeps the bytes of keys that are no text */
  constructor(private readonly encoding: 'utf8' | 'latin1' = 'utf8') {}

  push(chunk: Buffer): Reply[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    if (this.#buffer.length > REPLY_MAX) throw new Error('the reply is too long')
    const replies: Reply[] = []
    const next = () => parse(this.#buffer, 0, this.encoding)
    for (let parsed = next(); parsed !== null; parsed = next()) {
      replies.push(parsed.reply)
      this.#buffer = this.#buffer.subarray(parsed.end)
    }
    return replies
  }
}

interface Parsed {
  reply: Reply
  end: number
}

/** Null when the reply is not complete yet. */
function parse(buffer: Buffer, start: number, encoding: BufferEncoding): Parsed | null {
  const lineEnd = buffer.indexOf('\r\n', start)
  if (lineEnd < 0) return null
  const line = buffer.toString('utf8', start + 1, lineEnd)
  const end = lineEnd + 2
  switch (String.fromCharCode(buffer[start] ?? 0)) {
    case '+':
      return { reply: line, end }
    case '-':
      return { reply: new RespError(line), end }
    case ':':
      return { reply: Number(line), end }
    case '$':
      return parseBulk(buffer, lengthOf(line), end, encoding)
    case '*':
      return parseArray(buffer, lengthOf(line), end, encoding)
    default:
      throw new Error('the peer does not speak RESP')
  }
}

function lengthOf(line: string): number {
  const length = Number(line)
  if (!Number.isInteger(length) || length > REPLY_MAX) throw new Error('the peer does not speak RESP')
  return length
}

function parseBulk(buffer: Buffer, length: number, start: number, encoding: BufferEncoding): Parsed | null {
  if (length < 0) return { reply: null, end: start }
  const end = start + length + 2
  return buffer.length < end ? null : { reply: buffer.toString(encoding, start, start + length), end }
}

function parseArray(buffer: Buffer, length: number, start: number, encoding: BufferEncoding): Parsed | null {
  if (length < 0) return { reply: null, end: start }
  const reply: Reply[] = []
  let end = start
  for (let index = 0; index < length; index += 1) {
    const parsed = parse(buffer, end, encoding)
    if (parsed === null) return null
    reply.push(parsed.reply)
    end = parsed.end
  }
  return { reply, end }
}
