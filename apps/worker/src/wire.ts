import { randomBytes, randomUUID } from 'node:crypto'
import { describeError, hours, type Fleet, type Keyring, type Vault } from '@cacheplane/domain'
import { createAuthority, createDockerFleet } from '@cacheplane/fleet'
import { consumeRings, createDoorbell } from '@cacheplane/queue'
import { openConfiguredStore, type Store } from '@cacheplane/store'
import { openForeignFiles, openVault } from '@cacheplane/vault'
import { Runner, RUNBOOKS } from '@cacheplane/workflows'
import type { Logger } from 'pino'
import { boundAdvance } from './advance.ts'
import type { Config } from './config.ts'
import { every } from './every.ts'
import { failpointsFrom } from './failpoints.ts'
import { startMonitor } from './monitor.ts'
import { nearBell } from './near-bell.ts'
import { Patrol, PATROL_EVERY_MS } from './patrol.ts'
import { Probes, PROBES_EVERY_MS } from './probes.ts'
import { sweep, SWEEP_EVERY_MS } from './sweep.ts'
import { systemClock } from './system-clock.ts'
import { VaultSweep, VAULT_SWEEP_EVERY_MS } from './vault-sweep.ts'

/** Starting containers is bound by the processor, so more at once gain nothing (performance, section 3). */
const CONCURRENCY = 32
const FORGET_EVERY_MS = 60_000
const POOL_SIZE = 10

export interface WiredWorker {
  close(): Promise<void>
}

export interface Adapters {
  keyring: Keyring
  store: Store
  fleet: Fleet
  vault: Vault
}

/** Postgres and the Docker engines as the configuration names them. Connects at the first use. */
export async function openAdapters(config: Config, log: Pick<Logger, 'warn'>): Promise<Adapters> {
  const { keyring, store } = await openConfiguredStore(config, POOL_SIZE)
  const vault = await openVault(config, keyring)
  const fleet = createDockerFleet({
    installation: config.CACHEPLANE_INSTALLATION,
    zones: config.CACHEPLANE_ZONES,
    keyring,
    authority: () => store.keepAuthority(createAuthority),
    vault,
    foreignFiles: await openForeignFiles(config),
    clock: systemClock,
    log,
    certificateLifetimeMs: config.CACHEPLANE_CERTIFICATE_DAYS * hours(24),
  })
  return { keyring, store, fleet, vault }
}

/** The only place where the worker's concrete classes meet. */
export async function wireWorker(config: Config, log: Logger): Promise<WiredWorker> {
  const clock = systemClock
  const { store, fleet, vault } = await openAdapters(config, log)
  await store.keepAuthority(createAuthority)
  fleet.recallEngines(await store.listZones())
  const doorbell = createDoorbell({ url: config.QUEUE_URL, log })
  const advance = boundAdvance((id) => runner.advance(id), CONCURRENCY)
  const owner = `worker-${randomUUID()}`
  const runner = new Runner({
    owner,
    store,
    fleet,
    doorbell: nearBell(advance, doorbell),
    clock,
    random: randomBytes,
    failpoints: failpointsFrom(config.CACHEPLANE_FAILPOINT, config.NODE_ENV),
    runbooks: RUNBOOKS,
    log,
  })
  const patrol = new Patrol({ fleet, estate: store, nodes: store, doorbell, clock, log })
  const vaultSweep = new VaultSweep({ vault, estate: store, clock, log })
  const complain = (task: string) => (error: unknown) =>
    log.warn({ task, error: describeError(error) }, 'a round failed')

  const near = nearBell(advance, doorbell)
  const probes = new Probes({ owner, fleet, estate: store, doorbell: near, onError: complain('probes') })
  const consumer = consumeRings({ url: config.QUEUE_URL, concurrency: CONCURRENCY * 4, log, advance })
  const stops = [
    every(clock, PATROL_EVERY_MS, () => patrol.walk(), complain('patrol')),
    every(clock, PROBES_EVERY_MS, () => probes.renew(), complain('probes')),
    every(clock, SWEEP_EVERY_MS, () => sweep(store, advance), complain('sweep')),
    every(clock, VAULT_SWEEP_EVERY_MS, () => vaultSweep.sweep(), complain('vault sweep')),
    every(clock, FORGET_EVERY_MS, async () => void (await store.forgetOld()), complain('forget')),
  ]
  const stopMonitor = startMonitor({ fleet, estate: store, doorbell: near, onError: complain('monitor') })

  return {
    async close() {
      stopMonitor()
      probes.stop()
      await Promise.all([...stops.map((stop) => stop()), consumer.close()])
      await doorbell.close()
      await fleet.close()
      await store.close()
    },
  }
}
