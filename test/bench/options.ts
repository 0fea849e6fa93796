import { parseArgs } from 'node:util'

const SECTIONS = [
  'create',
  'twelve',
  'list',
  'failover',
  'redundancy',
  'hang',
  'switch',
  'upgrade',
  'snapshot',
  'restore',
  'throughput',
  'ketama',
  'saturated',
  'zone',
  'sessions',
  'read-heavy',
  'stampede',
  'racing',
  'overhead',
  'probing',
  'idle',
] as const
export type Section = (typeof SECTIONS)[number]

export interface Options {
  only: readonly Section[]
  /** Null leaves each section its own number. */
  rounds: number | null
  idleSeconds: number
  saturatedSeconds: number
  /** Of data in the caches that snapshots are taken of. */
  dataMegabytes: number
}

export const USAGE = `npm run bench -- [--only ${SECTIONS.join(',')}] [--rounds <n>] [--idle-seconds <n>, 300 by default] [--saturated-seconds <n>, 600 by default] [--data-mb <n>, 1024 by default]`

/** Throws a sentence about what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      'idle-seconds': { type: 'string' },
      'saturated-seconds': { type: 'string' },
      'data-mb': { type: 'string' },
    },
  })
  const names = values.only?.split(',') ?? [...SECTIONS]
  const only = SECTIONS.filter((section) => names.includes(section))
  if (only.length < new Set(names).size) throw new Error(`--only takes some of ${SECTIONS.join(', ')}`)
  return {
    only,
    rounds: values.rounds === undefined ? null : positive('--rounds', values.rounds),
    idleSeconds: positive('--idle-seconds', values['idle-seconds'] ?? '300'),
    saturatedSeconds: positive('--saturated-seconds', values['saturated-seconds'] ?? '600'),
    dataMegabytes: positive('--data-mb', values['data-mb'] ?? '1024'),
  }
}

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${name} takes a positive whole number`)
  return Number(text)
}
