export interface TarFile {
  name: string
  content: string
  mode: number
}

const BLOCK = 512

/** A tar archive of plain files, and folders whose names end with a slash, of the given user (POSIX ustar); names have at most 99 ASCII characters. */
export function tar(files: readonly TarFile[], owner: number): Buffer {
  const blocks = files.flatMap((file) => {
    const content = Buffer.from(file.content, 'utf8')
    return [tarHeader(file, content.length, owner), content, tarPadding(content.length)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

/** What comes before a file's content. */
function tarHeader({ name, mode }: Pick<TarFile, 'name' | 'mode'>, size: number, owner: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0, 99, 'ascii')
  block.write(octal(mode, 7), 100)
  block.write(octal(owner, 7), 108)
  block.write(octal(owner, 7), 116)
  writeSize(block, size)
  block.write(octal(0, 11), 136)
  block.write(name.endsWith('/') ? '5' : '0', 156)
  block.write('ustar\0' + '00', 257)
  // The checksum is taken over the header with its own field full of spaces.
  block.write(' '.repeat(8), 148)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}

/** And what comes after it. */
function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

const SIZE_AT = 124
const OCTAL_MAX = 8 ** 11 - 1

/** From eight GiB on as a binary number, as GNU tar has it. */
function writeSize(block: Buffer, size: number): void {
  if (size <= OCTAL_MAX) {
    block.write(octal(size, 11), SIZE_AT)
    return
  }
  block.writeUInt8(0x80, SIZE_AT)
  block.writeBigUInt64BE(BigInt(size), SIZE_AT + 4)
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, '0')
}
