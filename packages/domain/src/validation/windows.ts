import { Findings } from './findings.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const HOUR = 60
const DAY = 24 * HOUR
const WEEK = 7 * DAY
/** Where windows nobody asked for are put: 03:00 to 11:00 UTC, in half hours. */
const BLOCK = { from: 3 * HOUR, to: 11 * HOUR, step: 30 }

const MAINTENANCE =
  /^(sun|mon|tue|wed|thu|fri|sat):([01]\d|2[0-3]):([0-5]\d)-(sun|mon|tue|wed|thu|fri|sat):([01]\d|2[0-3]):([0-5]\d)$/
const SNAPSHOT = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/** Minutes UTC since Sunday 00:00, or since midnight; `minutes` is the length. */
interface Span {
  start: number
  minutes: number
}

export interface Windows {
  preferredMaintenanceWindow: string
  /** Null when the engine has no snapshots. */
  snapshotWindow: string | null
}

/**
 * Checks the windows a caller gave and chooses the others: an hour each, at random, never overlapping
 * (elasticache-reference, 6.7 and 6.8).
 */
export function checkWindows(
  findings: Findings,
  given: { maintenance: string | undefined; snapshot: string | undefined },
  hasSnapshots: boolean,
  random: () => number,
): Windows {
  const snapshot = given.snapshot === undefined ? null : parseSnapshot(findings, given.snapshot)
  const asked = given.maintenance === undefined ? null : parseMaintenance(findings, given.maintenance)
  const maintenance = asked ?? chooseMaintenance(snapshot, random)
  if (maintenance === null) {
    findings.value('snapshotWindow', 'The snapshot window leaves no hour of the day for maintenance.')
    return { preferredMaintenanceWindow: '', snapshotWindow: null }
  }
  const preferredMaintenanceWindow = formatMaintenance(maintenance)
  if (!hasSnapshots) return { preferredMaintenanceWindow, snapshotWindow: null }
  const snapshots = snapshot ?? chooseHour([onClock(maintenance)], random)
  if (snapshots === null) {
    findings.value(
      'preferredMaintenanceWindow',
      'The maintenance window leaves no hour of the day for snapshots.',
    )
  } else if (overlaps(onClock(maintenance), snapshots)) {
    findings.value('snapshotWindow', 'The snapshot window and maintenance window must not overlap.')
  }
  return { preferredMaintenanceWindow, snapshotWindow: snapshots === null ? null : formatSnapshot(snapshots) }
}

/** When a maintenance window that was checked before opens, and for how long; null for what is none. */
export function maintenanceSpan(text: string): Span | null {
  return parseMaintenance(new Findings(), text)
}

/** When a snapshot window that was checked before opens every day, and for how long; null for what is none. */
export function snapshotSpan(text: string): Span | null {
  return parseSnapshot(new Findings(), text)
}

/** A snapshot window as it is kept, empty where there is a finding. */
export function checkSnapshotWindow(findings: Findings, text: string): string {
  const span = parseSnapshot(findings, text)
  return span === null ? '' : formatSnapshot(span)
}

/** A maintenance window as it is kept, empty where there is a finding. */
export function checkMaintenanceWindow(findings: Findings, text: string): string {
  const span = parseMaintenance(findings, text)
  return span === null ? '' : formatMaintenance(span)
}

/** Whether two windows that were checked before get in each other's way. */
export function windowsOverlap(maintenance: string, snapshot: string): boolean {
  const findings = new Findings()
  const [weekly, daily] = [parseMaintenance(findings, maintenance), parseSnapshot(findings, snapshot)]
  return weekly !== null && daily !== null && overlaps(onClock(weekly), daily)
}

/** The week folded onto one day: a snapshot window comes every day, so the weekday does not matter. */
function onClock(weekly: Span): Span {
  return { start: weekly.start % DAY, minutes: weekly.minutes }
}

/** Two daily spans, either of which may cross midnight. Touching is not overlapping. */
export function overlaps(a: Span, b: Span): boolean {
  const gap = (from: Span, to: Span) => (to.start - from.start + DAY) % DAY
  return gap(a, b) < a.minutes || gap(b, a) < b.minutes
}

function chooseMaintenance(snapshot: Span | null, random: () => number): Span | null {
  const hour = chooseHour(snapshot === null ? [] : [snapshot], random)
  return hour === null ? null : { start: pick(7, random) * DAY + hour.start, minutes: HOUR }
}

/** From the usual block if there is room, else from anywhere in the day. */
function chooseHour(busy: readonly Span[], random: () => number): Span | null {
  const free = (start: number): Span[] => {
    const span = { start, minutes: HOUR }
    return busy.some((other) => overlaps(other, span)) ? [] : [span]
  }
  const slots = (BLOCK.to - BLOCK.from - HOUR) / BLOCK.step + 1
  const inBlock = Array.from({ length: slots }, (_, slot) => BLOCK.from + slot * BLOCK.step).flatMap(free)
  const candidates =
    inBlock.length > 0 ? inBlock : Array.from({ length: DAY }, (_, minute) => minute).flatMap(free)
  return candidates[pick(candidates.length, random)] ?? null
}

function pick(count: number, random: () => number): number {
  return Math.min(count - 1, Math.floor(random() * count))
}

function parseMaintenance(findings: Findings, text: string): Span | null {
  const path = 'preferredMaintenanceWindow'
  const match = MAINTENANCE.exec(text.toLowerCase())
  if (match === null) {
    findings.value(
      path,
      'The maintenance window must look like ddd:hh24:mi-ddd:hh24:mi in UTC, for example sun:05:00-sun:06:00.',
    )
    return null
  }
  const at = (day: string | undefined, hour: string | undefined, minute: string | undefined) =>
    DAYS.indexOf(day ?? '') * DAY + Number(hour) * HOUR + Number(minute)
  const start = at(match[1], match[2], match[3])
  const minutes = (at(match[4], match[5], match[6]) - start + WEEK) % WEEK
  if (minutes < HOUR) findings.value(path, 'Maintenance window must be at least 60 minutes.')
  else if (minutes > DAY) findings.value(path, 'Maintenance window must be at most 24 hours.')
  else return { start, minutes }
  return null
}

function parseSnapshot(findings: Findings, text: string): Span | null {
  const path = 'snapshotWindow'
  const match = SNAPSHOT.exec(text)
  if (match === null) {
    findings.value(
      path,
      'The snapshot window must look like hh24:mi-hh24:mi in UTC, for example 05:00-06:00.',
    )
    return null
  }
  const start = Number(match[1]) * HOUR + Number(match[2])
  const minutes = (Number(match[3]) * HOUR + Number(match[4]) - start + DAY) % DAY
  if (minutes < HOUR) {
    findings.value(path, 'Snapshot window must be at least 60 minutes.')
    return null
  }
  return { start, minutes }
}

function clock(minuteOfDay: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(minuteOfDay / HOUR))}:${two(minuteOfDay % HOUR)}`
}

function formatMaintenance({ start, minutes }: Span): string {
  const moment = (minute: number) => `${DAYS[Math.floor(minute / DAY)]}:${clock(minute % DAY)}`
  return `${moment(start)}-${moment((start + minutes) % WEEK)}`
}

function formatSnapshot({ start, minutes }: Span): string {
  return `${clock(start)}-${clock((start + minutes) % DAY)}`
}
