const PROMPT = '\n> '

/**
 * Cuts what HAProxy's command line prints into one answer per command: each ends with an empty line and a prompt. Looks
 * for them only when it has come to a prompt, since lists of sessions are long.
 */
export class PromptParser {
  #text = ''

  push(chunk: Buffer): string[] {
    this.#text += chunk.toString('latin1')
    if (!this.#text.endsWith(PROMPT)) return []
    const parts = this.#text.split(PROMPT)
    this.#text = parts.pop() ?? ''
    return parts
  }
}
