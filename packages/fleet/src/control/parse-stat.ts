import type { Hop } from '@cacheplane/domain'
import type { ServerFacts, ServerName, SlotFacts } from '../core/edge-control.ts'

const BACKEND = /^(?:primary|readers)(\d+)$/
const SERVER = /^(?:primary|fallback|reader[1-9])$/

/** Slots as `show stat` tells of them, by the names that the configuration gives to backends and servers. */
export function parseStat(answers: readonly string[]): SlotFacts[] {
  const slots = new Map<number, ServerFacts[]>()
  for (const row of answers.flatMap(rowsOf)) {
    const slot = BACKEND.exec(row.get('pxname') ?? '')?.[1]
    const name = row.get('svname') ?? ''
    if (slot === undefined || !isServerName(name)) continue
    const servers = slots.get(Number(slot)) ?? []
    slots.set(Number(slot), [...servers, factsOf(name, row)])
  }
  return [...slots].map(([slot, servers]) => assemble(slot, servers))
}

function assemble(slot: number, servers: readonly ServerFacts[]): SlotFacts {
  const one = (wanted: ServerName) => {
    const found = servers.find(({ name }) => name === wanted)
    if (found === undefined) throw new Error(`slot ${slot} has no ${wanted}`)
    return found
  }
  const readers = servers.filter(({ name }) => name.startsWith('reader'))
  return { slot, primary: one('primary'), fallback: one('fallback'), readers }
}

function rowsOf(answer: string): Map<string, string>[] {
  const [head = '', ...lines] = answer.split('\n').filter((line) => line !== '')
  if (!head.startsWith('# ')) return []
  const columns = head.slice(2).split(',')
  return lines.map((line) => {
    const values = line.split(',')
    return new Map(columns.map((column, index): [string, string] => [column, values[index] ?? '']))
  })
}

function factsOf(name: ServerName, row: Map<string, string>): ServerFacts {
  const isOpen = !(row.get('status') ?? 'MAINT').startsWith('MAINT')
  return { name, hop: isOpen ? hopOf(row.get('addr') ?? '') : null, sessions: Number(row.get('scur') ?? 0) }
}

function hopOf(text: string): Hop {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  if (colon < 1 || !Number.isInteger(port))
    throw new Error(`${JSON.stringify(text)} is no address of a server`)
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port }
}

function isServerName(name: string): name is ServerName {
  return SERVER.test(name)
}
