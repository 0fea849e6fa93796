/** The string members of a JSON object; empty for anything else. */
export function stringRecord(json: unknown): Record<string, string> {
  if (typeof json !== 'object' || json === null) return {}
  const members = Object.entries(json).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(members)
}
