import {
  defaultEngineVersion,
  type Engine,
  ENGINE_VERSIONS,
  ENGINES,
  type EngineVersion,
  findEngineVersion,
} from '../engines.ts'
import { type Findings, missing, shown } from './findings.ts'

const WITH_PATCH = /^(\d+)\.(\d+)\.\d+$/
const FIRST_WITHOUT_PATCH: Readonly<Record<Engine, number>> = {
  redis: 6,
  valkey: 0,
  memcached: Number.POSITIVE_INFINITY,
}

/** Null where there is a finding. Replication groups take redis when nothing is said; `allowed` says what they run. */
export function checkEngine(
  findings: Findings,
  text: string | undefined,
  allowed: readonly Engine[] = ENGINES,
): Engine | null {
  if (text === undefined) {
    findings.value('engine', missing('engine'))
    return null
  }
  const engine = allowed.find((candidate) => candidate === text)
  if (engine === undefined) {
    findings.value('engine', `The parameter engine must be one of ${allowed.join(', ')}.`)
  }
  return engine ?? null
}

/**
 * The catalogue row for what a caller asked for: redis from 6 on and valkey are asked for as `major.minor`, `6.x`
 * is the newest 6, memcached is asked for with its patch level (elasticache-reference, 2.3).
 */
export function checkEngineVersion(
  findings: Findings,
  engine: Engine,
  text: string | undefined,
): EngineVersion | null {
  if (text === undefined) return defaultEngineVersion(engine)
  if (engine === 'redis' && text === '6.x') return newestSix()
  const patch = WITH_PATCH.exec(text)
  if (patch !== null && Number(patch[1]) >= FIRST_WITHOUT_PATCH[engine]) {
    findings.value(
      'engineVersion',
      `Specific version selection is not allowed for '${shown(text)}', please use '${patch[1]}.${patch[2]}'`,
    )
    return null
  }
  const row = findEngineVersion(engine, text)
  if (row === undefined) {
    findings.combination('engineVersion', `Cannot find version ${shown(text)} for ${engine}`)
  }
  return row ?? null
}

function newestSix(): EngineVersion | null {
  const sixes = ENGINE_VERSIONS.filter((row) => row.engine === 'redis' && row.version.startsWith('6.'))
  return sixes.sort((a, b) => compareVersions(a.version, b.version)).at(-1) ?? null
}

/** Numbers between dots, compared one by one; missing ones count as zero. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
