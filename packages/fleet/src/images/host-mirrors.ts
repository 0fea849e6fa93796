import { readdirSync, readFileSync } from 'node:fs'

const SUITES = /^(bullseye|bookworm|trixie|forky|sid|stable|oldstable|testing|unstable)$/

/** Debian mirrors that this machine's own apt is set up with; they may be nearer than Debian's, or the only ones. */
export function hostMirrors(folder = '/etc/apt'): string[] {
  const files = ['sources.list', ...list(`${folder}/sources.list.d`).map((name) => `sources.list.d/${name}`)]
  const found = files.flatMap((file) => mirrorsIn(read(`${folder}/${file}`)))
  return [...new Set(found)]
}

/** Understands the one-line format and deb822. */
export function mirrorsIn(text: string): string[] {
  const oneLine = [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+:\/\/\S+)\s+(\S+)/gm)]
    .filter((match) => SUITES.test(match[2] ?? ''))
    .map((match) => match[1] ?? '')
  const stanzas = text.split(/\n\s*\n/).flatMap((stanza) => {
    const suites = /^Suites:\s*(.+)$/im.exec(stanza)?.[1]?.split(/\s+/) ?? []
    const uris = /^URIs:\s*(.+)$/im.exec(stanza)?.[1]?.split(/\s+/) ?? []
    return suites.some((suite) => SUITES.test(suite)) ? uris : []
  })
  return [...oneLine, ...stanzas].filter((uri) => /^https?:\/\//.test(uri))
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name))
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
