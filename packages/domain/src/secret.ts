import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/**
 * A value that must not be printed. Template strings, JSON, `console.log` and error causes show `[redacted]`;
 * only `reveal()` gives the text, so every use of the clear value can be found by that name.
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
