import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'

const ERROR_LEVEL = 50
const Line = z.object({ level: z.number() })

/** What api and worker logged as errors, and what they printed that is no log line: a crash that nobody described. */
export async function findErrors(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files
      .filter((file) => /^(api|worker)/.test(basename(file)))
      .map(async (file) => {
        const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
        return lines.filter(isUnexpected).map((line) => `${basename(file)}: ${line}`)
      }),
  )
  return found.flat()
}

function isUnexpected(line: string): boolean {
  try {
    return Line.parse(JSON.parse(line)).level >= ERROR_LEVEL
  } catch {
    return true
  }
}
