/** A statement whose values travel apart from its text. */
export interface Statement {
  text: string
  values: unknown[]
}

/** Tagged template: every `${…}` becomes a parameter, so a value can never become SQL. */
export function sql(strings: TemplateStringsArray, ...values: unknown[]): Statement {
  const text = strings.reduce((joined, part, i) => (i === 0 ? part : `${joined}$${i}${part}`), '')
  return { text, values }
}
