/**
 * One argument of a line in a redis or valkey configuration file. Everything but plain ASCII letters, digits and a few
 * signs is written as `\xHH`, so no value can end its line or its quotes.
 */
export function quote(value: string): string {
  const bytes = Array.from(Buffer.from(value, 'utf8'), (byte) => {
    const letter = String.fromCharCode(byte)
    return /[A-Za-z0-9_.:/@#*+&~-]/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${bytes.join('')}"`
}
