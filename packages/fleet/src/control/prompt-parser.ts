const PROMPT = '\n> '

/** Cuts what HAProxy's command line prints into one answer per command: each ends with an empty line and a prompt. */
export class PromptParser {
  #text = ''

  push(chunk: Buffer): string[] {
    // What was looked through before need not be again, since lists of sessions are long; a prompt may be in two pieces.
    const from = Math.max(0, this.#text.length - PROMPT.length + 1)
    this.#text += chunk.toString('latin1')
    const answers: string[] = []
    for (let at = this.#text.indexOf(PROMPT, from); at >= 0; at = this.#text.indexOf(PROMPT)) {
      answers.push(this.#text.slice(0, at))
      this.#text = this.#text.slice(at + PROMPT.length)
    }
    return answers
  }
}
