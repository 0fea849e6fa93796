/** A session's own fields, each as JSON, so that they can be compared. */
export type SessionFields = ReadonlyMap<string, string>

export function fieldsOf(session: object): SessionFields {
  const data = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
  return new Map(Object.entries(data).map(([name, value]) => [name, JSON.stringify(value)]))
}

export function toJson(fields: SessionFields): string {
  return `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

/**
 * What is to be stored when `mine` was made of `base`, and others have made `theirs` of it meanwhile: theirs, with the
 * fields that I have set or removed. Of a field that both have changed, mine is the later one.
 */
export function mergeFields(base: SessionFields, mine: SessionFields, theirs: SessionFields): SessionFields {
  const merged = new Map(theirs)
  for (const [name, value] of mine) if (base.get(name) !== value) merged.set(name, value)
  for (const name of base.keys()) if (!mine.has(name)) merged.delete(name)
  return merged
}
