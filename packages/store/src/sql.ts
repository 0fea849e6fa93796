/** A statement whose values travel apart from its text. */
export interface Statement {
  text: string
  values: unknown[]
  /** Named ones are parsed and planned once per connection. */
  name?: string
  /** Rows are lists of their columns' values, in the order of the statement. */
  rowMode?: 'array'
}

/** Tagged template: every `${…}` becomes a parameter, so a value can never become SQL. */
export function sql(strings: TemplateStringsArray, ...values: unknown[]): Statement {
  const text = strings.reduce((joined, part, i) => (i === 0 ? part : `${joined}$${i}${part}`), '')
  return { text, values }
}

/**
 * For statements that run all the time, and whose planning takes as long as their running. They name their columns: one
 * with `*` would fail on open connections when a migration adds a column.
 */
export const prepared =
  (name: string) =>
  (strings: TemplateStringsArray, ...values: unknown[]): Statement => ({ name, ...sql(strings, ...values) })
