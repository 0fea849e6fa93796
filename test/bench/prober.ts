/**
 * The worker's probes and nothing else of it: `DATABASE_URL` names the nodes, `BENCH_HOST` is where they are, `BENCH_KEY`
 * is what passwords are derived from; `BENCH_PORT` answers once it has begun.
 */
import { createServer } from 'node:net'
import { AesKeyring, openStore } from '@cacheplane/store'
import { every } from '../../apps/worker/src/every.ts'
import { Probes, PROBES_EVERY_MS } from '../../apps/worker/src/probes.ts'
import { systemClock } from '../../apps/worker/src/system-clock.ts'
import { createNetworkControl } from '../../packages/fleet/src/control/network-control.ts'

const { DATABASE_URL = '', BENCH_HOST = '127.0.0.1', BENCH_KEY = '', BENCH_PORT } = process.env

function fail(error: unknown): never {
  console.error(error)
  process.exit(1)
}

const keyring = new AesKeyring(Buffer.from(BENCH_KEY, 'base64'))
const store = openStore({
  databaseUrl: DATABASE_URL,
  keyring,
  networkPool: '10.96.0.0/12',
  portPool: { from: 10_000, to: 22_000 },
  quarantineMs: 0,
  spareNetworks: 0,
  memoryReserveBytes: 0,
  poolSize: 2,
})
const control = createNetworkControl({ keyring, authority: () => fail('no TLS here'), host: BENCH_HOST })
const probes = new Probes({
  owner: 'bench',
  fleet: { probeNode: (node) => control.probe(node, (because) => fail(`${node.nodeId}: ${because}`)) },
  estate: store,
  doorbell: { ring: async () => undefined },
  onError: fail,
})
every(systemClock, PROBES_EVERY_MS, () => probes.renew(), fail)
createServer().listen(Number(BENCH_PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
