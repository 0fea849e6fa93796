import { replicationGroupStatus, seconds } from '@cacheplane/domain'
import { failpointName, FAILPOINT_POSITIONS } from '@cacheplane/workflows'
import { afterEach, expect, it } from 'vitest'
import { ACCOUNT, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import { SimWorld } from './sim-world.ts'
import { Trap } from './trap.ts'

const LIFETIME_MS = seconds(60)
const trap = new Trap()
let world: SimWorld | undefined

afterEach(async () => {
  trap.armed = null
  await world?.close()
})

/** A group of two and a Memcached node, both with TLS, whose certificates are good for a minute. */
async function open(seed: number): Promise<SimWorld> {
  const failpoints = trap.failpoints
  const opened = await SimWorld.open({
    seed,
    workers: 1,
    spares: 0,
    certificateLifetimeMs: LIFETIME_MS,
    failpoints,
  })
  trap.world = opened
  world = opened
  const { store } = opened.test
  const secured = { transitEncryptionMode: 'required' as const }
  const group = aGroupPlan({ ...secured, zones: [null, null], automaticFailoverEnabled: true })
  await opened.doorbell.ring((await store.createReplicationGroup(group)).workflowId)
  await opened.doorbell.ring((await store.createCacheCluster(aClusterPlan(secured))).workflowId)
  await opened.run(seconds(10))
  return opened
}

const processes = (of: SimWorld) =>
  of.fake
    .world()
    .flatMap(({ containers }) => containers.flatMap(({ process }) => (process === null ? [] : [process])))

const edgesOf = (of: SimWorld) =>
  of.fake.world().flatMap(({ containers }) => containers.flatMap(({ edge }) => (edge === null ? [] : [edge])))

/** Lets so much time pass that every certificate expires twice; tells how little any of them had left. */
async function live(of: SimWorld): Promise<number> {
  let leastMs = Infinity
  await of.run(2 * LIFETIME_MS, () => {
    for (const { certificate } of [...processes(of), ...edgesOf(of)])
      leastMs = Math.min(leastMs, (certificate?.notAfter.getTime() ?? 0) - of.clock.now().getTime())
  })
  return leastMs
}

it.each(
  FAILPOINT_POSITIONS.flatMap((position) =>
    (['node', 'edge'] as const).map((kind) => [kind, position] as const),
  ),
)(
  'certificates of nodes and edges are renewed before they expire, also when the worker dies at the %s %s it, and no process ends for that',
  async (kind, position) => {
    const at = await open(31)
    const before = processes(at).map(({ runId, certificate }) => ({
      runId,
      serial: certificate?.serialNumber,
    }))
    const edgesBefore = edgesOf(at).map(({ edgeId, incarnation }) => [edgeId, incarnation])
    Object.assign(trap, { hits: 0, armed: failpointName(kind, 'wait', position) })
    expect(await live(at)).toBeGreaterThan(0)
    expect(edgesOf(at).map(({ edgeId, incarnation }) => [edgeId, incarnation])).toEqual(edgesBefore)
    const after = processes(at)
    expect(trap.hits).toBe(1)
    expect(after.map(({ runId }) => runId)).toEqual(before.map(({ runId }) => runId))
    expect(after).toHaveLength(3)
    for (const { certificate } of after)
      expect(before.map(({ serial }) => serial)).not.toContain(certificate?.serialNumber)
    const [group] = await at.test.store.listReplicationGroups(ACCOUNT, { limit: 20 })
    expect(group && replicationGroupStatus(group)).toBe('available')
    const told = await at.test.rows("SELECT 1 FROM event WHERE message LIKE 'Renewed the TLS certificate%'")
    expect(told.length).toBeGreaterThanOrEqual(3 * 2)
  },
)

it('a renewal whose order is lost is done again, and one of a node that dies is left to its successor', async () => {
  const at = await open(32)
  at.fake.faults.order('putCertificate', { lost: 'after' })
  at.fake.faults.order('renewNode', { lost: 'before' })
  at.fake.faults.order('renewNode', { lost: 'after' })
  at.fake.faults.order('renewEdge', { lost: 'before' })
  at.fake.faults.order('renewEdge', { lost: 'after' })
  const victim = processes(at).find(({ engine }) => engine !== 'memcached')
  at.later(seconds(41), async () => void at.fake.kill(victim?.nodeId ?? ''))
  expect(await live(at)).toBeGreaterThan(0)
  const [group] = await at.test.store.listReplicationGroups(ACCOUNT, { limit: 20 })
  expect(group && replicationGroupStatus(group)).toBe('available')
})
