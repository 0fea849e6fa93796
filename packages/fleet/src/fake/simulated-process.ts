import type { Certificate, NodeSpec } from '@cacheplane/domain'
import type { Random } from './random.ts'
import { bootedCluster } from './simulated-cluster.ts'
import { loginsOf } from './simulated-logins.ts'
import type { SimulatedProcess } from './world.ts'

/** The cache process as it boots: closed, except for memcached, which knows no closed state. */
export function bootedProcess(
  spec: NodeSpec,
  random: Random,
  nowMs: number,
  certificate: Certificate | null,
): SimulatedProcess {
  const isMemcached = spec.engine === 'memcached'
  return {
    nodeId: spec.nodeId,
    incarnation: spec.incarnation,
    engine: spec.engine,
    version: /^\d+\.\d+$/.test(spec.engineVersion) ? `${spec.engineVersion}.1` : spec.engineVersion,
    runId: random.between(0, 0xffffffff).toString(16).padStart(8, '0'),
    ip: spec.ip,
    port: spec.port,
    plainPort: spec.plainPort,
    busPort: spec.busPort,
    tls: spec.tls,
    certificate,
    certificateFile: certificate,
    open: isMemcached,
    authenticates: false,
    ballastBytes: 0,
    maxmemoryBytes: isMemcached ? spec.limits.itemMemoryMb * 1_048_576 : spec.limits.maxmemoryBytes,
    parameters: { ...spec.parameters },
    tokens: [],
    logins: loginsOf(spec),
    role: isMemcached ? 'none' : 'primary',
    lends: false,
    heldUntilMs: 0,
    replicasAdmitted: false,
    historyId: newHistoryId(random),
    formerHistoryId: null,
    writes: [],
    pings: 0,
    pingsSinceMs: nowMs,
    link: null,
    cluster: spec.busPort === null ? null : bootedCluster(random, nowMs),
  }
}

/** What is different of a process that was started again in its container. */
export function rebooted(
  { cluster }: SimulatedProcess,
  random: Random,
  nowMs: number,
): Partial<SimulatedProcess> {
  return {
    runId: random.between(0, 0xffffffff).toString(16).padStart(8, '0'),
    open: false,
    heldUntilMs: 0,
    authenticates: false,
    tokens: [],
    role: 'primary',
    replicasAdmitted: false,
    historyId: newHistoryId(random),
    formerHistoryId: null,
    writes: [],
    pings: 0,
    pingsSinceMs: nowMs,
    link: null,
    cluster: cluster === null ? null : bootedCluster(random, nowMs),
  }
}

/** An engine takes some megabytes for itself, and some bytes for each thing it holds. */
export function usedMemory({ writes, ballastBytes }: SimulatedProcess): number {
  return 1_500_000 + 100 * writes.length + ballastBytes
}

export function newCertificate(random: Random, now: Date, lifetimeMs: number): Certificate {
  const serialNumber = random.between(0, 0xffffffff).toString(16).padStart(8, '0')
  return { serialNumber, notAfter: new Date(now.getTime() + lifetimeMs) }
}

export function newHistoryId(random: Random): string {
  return random.between(0, 0xffffffff).toString(16).padStart(40, '0')
}
