import type { Hop } from '@cacheplane/domain'
import type { ServerFacts, ServerName, SideFacts, SlotFacts } from '../core/edge-control.ts'

const BACKEND = /^(?:plain-)?(?:primary|readers)(\d+)$/
const SERVER = /^(?:plain-)?(?:primary|fallback|reader[1-9])$/

/** Slots as `show stat` tells of them, by the names that the configuration gives to backends and servers. */
export function parseStat(answers: readonly string[]): SlotFacts[] {
  const slots = new Map<number, ServerFacts[]>()
  for (const row of answers.flatMap(rowsOf)) {
    const slot = BACKEND.exec(row.pxname)?.[1]
    const name = row.svname
    if (slot === undefined || !isServerName(name)) continue
    const servers = slots.get(Number(slot)) ?? []
    slots.set(Number(slot), [...servers, factsOf(name, row)])
  }
  return [...slots].map(([slot, servers]) => assemble(slot, servers))
}

function assemble(slot: number, servers: readonly ServerFacts[]): SlotFacts {
  const side = (prefix: '' | 'plain-'): SideFacts => {
    const one = (wanted: ServerName) => {
      const found = servers.find(({ name }) => name === wanted)
      if (found === undefined) throw new Error(`slot ${slot} has no ${wanted}`)
      return found
    }
    const readers = servers.filter(({ name }) => name.startsWith(`${prefix}reader`))
    return { primary: one(`${prefix}primary`), fallback: one(`${prefix}fallback`), readers }
  }
  const isDividing = servers.some(({ name }) => name === 'plain-primary')
  return { slot, ...side(''), plain: isDividing ? side('plain-') : null }
}

type Row = Record<(typeof COLUMNS)[number], string>

/** HAProxy prints a hundred columns more. */
const COLUMNS = ['pxname', 'svname', 'scur', 'status', 'addr'] as const

function rowsOf(answer: string): Row[] {
  const [head = '', ...lines] = answer.split('\n').filter((line) => line !== '')
  if (!head.startsWith('# ')) return []
  const names = head.slice(2).split(',')
  const [pxname, svname, scur, status, addr] = COLUMNS.map((column) => names.indexOf(column))
  return lines.map((line) => {
    const values = line.split(',')
    const at = (index = -1) => values[index] ?? ''
    return { pxname: at(pxname), svname: at(svname), scur: at(scur), status: at(status), addr: at(addr) }
  })
}

function factsOf(name: ServerName, { status, addr, scur }: Row): ServerFacts {
  return { name, hop: status.startsWith('MAINT') ? null : hopOf(addr), sessions: Number(scur) }
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
