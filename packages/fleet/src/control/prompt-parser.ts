const PROMPT = '\n> '

/** Cuts what HAProxy's command line prints into one answer per command: each ends with an empty line and a prompt. */
export class PromptParser {
  #text = ''

  push(chunk: Buffer): string[] {
    this.#text += chunk.toString('latin1')
    const parts = this.#text.split(PROMPT)
    this.#text = parts.pop() ?? ''
    return parts
  }
}
