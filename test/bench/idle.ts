import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, DOCKER_SOCKET } from '../support/docker.ts'
import { SecondInstallation } from '../support/second-installation.ts'
import { commandCounts, countsBetween } from './command-counts.ts'
import { CountingRelay } from './counting-relay.ts'
import { commandReading } from './idle-commands.ts'
import type { Later } from './later.ts'
import { usageOf } from './process-usage.ts'
import type { Reading } from './report.ts'
import { ServiceCaches } from './service-caches.ts'

const GROUPS = 3
/** What follows a creation is over by then. */
const SETTLE_MS = 15_000
const MUTATING = /^(POST|PUT|DELETE|PATCH) /
const MIB = 1024 ** 2
const CPU_MAX_PERCENT = 2
const MEMORY_MAX_MIB = 300

/** What an installation with three groups costs, and what it does to them, while nobody asks anything of it. */
export async function measureIdle(later: Later, forSeconds: number): Promise<Reading[]> {
  const { installation, relay } = await install(later)
  const caches = new ServiceCaches(installation)
  const ports = await Promise.all(Array.from({ length: GROUPS }, () => caches.create()))
  await sleep(SETTLE_MS)

  const programs = await Promise.all(['server.js', 'main.js'].map((name) => installation.processes(name)))
  const pids = programs.flat().map(({ pid }) => pid)
  if (pids.length !== 2) throw new Error(`expected an api and a worker, found ${pids.length} programs`)
  const usageBefore = await usageOf(pids)
  const countsBefore = await Promise.all(ports.map(commandCounts))
  const begun = Date.now()
  relay.take()

  await sleep(forSeconds * 1_000)

  const usage = await usageOf(pids)
  const calls = relay.take()
  const seconds = (Date.now() - begun) / 1_000
  const counts = await Promise.all(ports.map(commandCounts))
  const commands = counts.map((after, i) =>
    countsBetween(countsBefore[i] ?? new Map<string, number>(), after),
  )
  const events = await containerEvents(installation.label, begun)
  const percent = ((usage.cpuSeconds - usageBefore.cpuSeconds) / seconds) * 100
  return [
    cpuReading(percent, seconds),
    memoryReading(usage.residentBytes / MIB),
    callReading(calls),
    eventReading(events),
    commandReading(commands),
  ]
}

/** Its Docker calls go through our relay, so that every one of them is seen. */
async function install(later: Later): Promise<{ installation: SecondInstallation; relay: CountingRelay }> {
  const installation = await SecondInstallation.prepare()
  later.add(() => installation.clear())
  const socketPath = join(installation.stateDir, 'bench-docker.sock')
  const relay = await CountingRelay.listen(socketPath, DOCKER_SOCKET)
  installation.environment.DOCKER_HOST = `unix://${socketPath}`
  await installation.up()
  return { installation, relay }
}

/** What Docker says has happened to our containers. */
async function containerEvents(label: string, sinceMs: number): Promise<string[]> {
  const stream = await docker.getEvents({
    since: sinceMs / 1_000,
    until: Date.now() / 1_000,
    filters: { type: ['container'], label: [label] },
  })
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  const actions = [...text.matchAll(/"Action":"([^"]+)"/g)].map((match) => match[1] ?? '')
  return actions.filter((action) => !/^(exec_|health_status)/.test(action))
}

const cpuReading = (percent: number, seconds: number): Reading => ({
  name: 'idle cpu',
  what: `api and worker, of one core, over ${seconds.toFixed(0)} s`,
  value: `${percent.toFixed(2)} %`,
  goal: `< ${CPU_MAX_PERCENT} %`,
  isMet: percent < CPU_MAX_PERCENT,
})

const memoryReading = (mib: number): Reading => ({
  name: 'idle memory',
  what: 'api and worker, resident',
  value: `${mib.toFixed(0)} MiB`,
  goal: `< ${MEMORY_MAX_MIB} MiB`,
  isMet: mib < MEMORY_MAX_MIB,
})

function callReading(calls: readonly string[]): Reading {
  const mutating = calls.filter((call) => MUTATING.test(call))
  return {
    name: 'idle calls',
    what: `mutating Docker calls, of ${calls.length}`,
    value: [mutating.length, ...new Set(mutating)].join(' '),
    goal: '0',
    isMet: mutating.length === 0,
  }
}

const eventReading = (events: readonly string[]): Reading => ({
  name: 'idle events',
  what: 'Docker events of our containers',
  value: [events.length, ...new Set(events)].join(' '),
  goal: '0',
  isMet: events.length === 0,
})
