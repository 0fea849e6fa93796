const BLOCK = 512

/** A tar archive with one regular file in it, for putting it into a container. Name at most 100 bytes of ASCII. */
export function tarFile(
  name: string,
  text: string,
  owner: { uid: number; gid: number; mode: number },
): Buffer {
  const body = Buffer.from(text, 'utf8')
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  header.write(name, 0, 100, 'ascii')
  header.write(octal(owner.mode, 8), 100)
  header.write(octal(owner.uid, 8), 108)
  header.write(octal(owner.gid, 8), 116)
  header.write(octal(body.length, 12), 124)
  header.write(octal(0, 12), 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)
  return Buffer.concat([header, body, padding, Buffer.alloc(2 * BLOCK)])
}
