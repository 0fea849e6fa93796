const MIB = 1024 ** 2
const [COMPRESSED, WORD, STRING, END] = [0xc3, 0x80, 0, 0xff]
/** Bytes that one reference back stands for, in the form that engines compress strings by. */
const RUN = 264

/** A small RDB file whose data take so many MiB of an engine's memory: zeros, each string of them a hundred MiB. */
export function bombOf(mebibytes: number): Buffer {
  const strings = Array.from({ length: Math.ceil(mebibytes / 100) }, (_, i) => [
    Buffer.from([STRING, 2]),
    Buffer.from(`k${i}`),
    zeros(100 * MIB),
  ])
  return Buffer.concat([Buffer.from('REDIS0009'), ...strings.flat(), Buffer.from([END]), Buffer.alloc(8)])
}

function zeros(length: number): Buffer {
  const runs = Math.floor((length - 1) / RUN)
  // One zero as it is, then references to the byte before, each of seven and 257 more.
  const packed = Buffer.concat([Buffer.from([0, 0]), Buffer.alloc(3 * runs, Buffer.from([0xe0, 255, 0]))])
  return Buffer.concat([Buffer.from([COMPRESSED]), lengthOf(packed.length), lengthOf(1 + runs * RUN), packed])
}

function lengthOf(value: number): Buffer {
  const text = Buffer.alloc(5)
  text.writeUInt8(WORD)
  text.writeUInt32BE(value, 1)
  return text
}
