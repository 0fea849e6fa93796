import {
  replicationGroupStatus,
  seconds,
  snapshotStatus,
  UPLOAD_SEEN_EVERY_MS,
  type Accepted,
  type CacheNode,
  type ForeignFile,
} from '@cacheplane/domain'
import { dumpOf, writeTo, type SimulatedContainer } from '@cacheplane/fleet/fake'
import { expect } from 'vitest'
import { ACCOUNT, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'
import type { Trap } from './trap.ts'

/** Long enough for whatever was interrupted to be over. */
export const RECOVERED_MS = seconds(25)
export const WRITES = ['w1', 'w2', 'w3']

/** What users do with snapshots, and what comes of it. */
export class SnapshotLife {
  #round = 0

  private constructor(
    readonly world: SimWorld,
    private readonly trap: Trap,
  ) {}

  static async open(seed: number, trap: Trap): Promise<SnapshotLife> {
    const world = await SimWorld.open({ seed, workers: 1, spares: 0, failpoints: trap.failpoints })
    trap.world = world
    return new SnapshotLife(world, trap)
  }

  close(): Promise<void> {
    return this.world.close()
  }

  get round(): number {
    return this.#round
  }

  recover(): Promise<void> {
    return this.world.run(RECOVERED_MS)
  }

  async ring(accepted: Promise<Accepted>): Promise<void> {
    await this.world.doorbell.ring((await accepted).workflowId)
  }

  take(snapshotName: string, name: string): Promise<void> {
    const of = { kind: 'replication-group', name } as const
    return this.ring(this.world.test.store.createSnapshot(ACCOUNT, { snapshotName, of }))
  }

  /** Imports a file that holds these writes; null of one that no engine can load. */
  bring(snapshotName: string, writes: readonly string[] | null): Promise<void> {
    const from = this.#dumped(snapshotName, writes)
    const { engine, engineVersion, cacheNodeType, cacheParameterGroupName } = planOf('any', 1, null)
    const choice = { engine, engineVersion, cacheNodeType, cacheParameterGroupName }
    return this.ring(this.world.test.store.importSnapshot(ACCOUNT, { snapshotName, from, ...choice }))
  }

  /** Somebody sends a file that holds these writes, and whoever receives it dies in the middle where `isLeft`. */
  async send(snapshotName: string, writes: readonly string[], isLeft = false): Promise<void> {
    const { store } = this.world.test
    const { engine, engineVersion, cacheNodeType, cacheParameterGroupName } = planOf('any', 1, null)
    const plan = { snapshotName, engine, engineVersion, cacheNodeType, cacheParameterGroupName }
    await this.ring(store.beginUpload(ACCOUNT, plan))
    await this.world.run(UPLOAD_SEEN_EVERY_MS)
    const { id: snapshotId = '', files = [] } = (await store.findSnapshot(ACCOUNT, snapshotName)) ?? {}
    await store.keepUpload(snapshotId)
    const fileId = files[0]?.fileId ?? ''
    const dump = dumpOf(writes.map((value) => ({ value, atMs: 0 })))
    const { bytes, sha256 } = await this.world.fake.vault.keep(fileId, pieceOf(dump))
    if (isLeft) return
    const nobody = { cacheClusterId: null, cacheNodeId: null, cacheNodeCreatedAt: null }
    const content = {
      bytes,
      sha256,
      ...nobody,
      usedMemoryBytes: bytes,
      engine: 'valkey',
      engineVersion,
    } as const
    await this.ring(store.endUpload({ accountId: ACCOUNT, snapshotId, fileId, content }))
  }

  #dumped(name: string, writes: readonly string[] | null): ForeignFile {
    const from = { bucket: 'dumps', key: `${name}.rdb` }
    const dump = writes === null ? null : dumpOf(writes.map((value) => ({ value, atMs: 0 })))
    this.world.fake.foreignFiles.files.set(`dumps/${from.key}`, dump ?? Buffer.from('REDIS0011 cut sho'))
    return from
  }

  /** Makes a group that begins with a file that holds these writes. */
  createFrom(replicationGroupId: string, writes: readonly string[] | null): Promise<void> {
    const seedFiles = [this.#dumped(replicationGroupId, writes)]
    const plan = { ...planOf(replicationGroupId, 2, null), seedFiles }
    return this.ring(this.world.test.store.createReplicationGroup(plan))
  }

  async groupStatusOf(name: string): Promise<string> {
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, name)
    return group === null ? 'gone' : replicationGroupStatus(group)
  }

  restore(replicationGroupId: string, snapshotName: string, nodes = 2): Promise<void> {
    const plan = planOf(replicationGroupId, nodes, snapshotName)
    return this.ring(this.world.test.store.createReplicationGroup(plan))
  }

  /** Makes a cache cluster that stands alone. */
  restoreCluster(cacheClusterId: string, snapshotName: string): Promise<void> {
    const { engine, engineVersion, cacheNodeType, cacheParameterGroupName } = planOf('any', 1, null)
    const choice = { engine, engineVersion, cacheNodeType, cacheParameterGroupName }
    const plan = aClusterPlan({ cacheClusterId, snapshotName, azMode: null, ...choice })
    return this.ring(this.world.test.store.createCacheCluster(plan))
  }

  async removeCluster(name: string): Promise<void> {
    await this.ring(this.world.test.store.deleteCacheCluster(ACCOUNT, name))
    await this.recover()
  }

  /** A group of two with data; returns its name. */
  async written(): Promise<string> {
    const name = `source-${++this.#round}`
    this.trap.armed = null
    await this.ring(this.world.test.store.createReplicationGroup(planOf(name, 2, null)))
    await this.recover()
    const primary = this.#containerOf(await this.#primaryOf(name))
    if (primary === undefined) throw new Error(`${name} has no primary`)
    for (const value of WRITES) writeTo(primary, value, this.world.clock.monotonicMs())
    await this.world.run(seconds(1))
    this.world.fake.replicate()
    return name
  }

  /** What was read is not what an engine can load. */
  async spoil(name: string): Promise<void> {
    const snapshot = await this.world.test.store.findSnapshot(ACCOUNT, name)
    const [file] = snapshot?.files ?? []
    this.world.fake.vault.files.set(file?.fileId ?? '', Buffer.from('REDIS0011 cut sho'))
  }

  async statusOf(name: string): Promise<string> {
    const snapshot = await this.world.test.store.findSnapshot(ACCOUNT, name)
    return snapshot === null ? 'gone' : snapshotStatus(snapshot)
  }

  async primaryIdOf(name: string): Promise<string> {
    return (await this.#primaryOf(name))?.id ?? ''
  }

  /** What each node of a group holds. */
  async dataOf(name: string): Promise<string[][]> {
    this.world.fake.replicate()
    return (await this.#nodesOf(name)).map((node) => this.#writesOf(node))
  }

  async clusterData(name: string): Promise<string[][]> {
    const cluster = await this.world.test.store.findCacheCluster(ACCOUNT, name)
    return (cluster?.nodes ?? []).map((node) => this.#writesOf(node))
  }

  async remove(name: string): Promise<void> {
    await this.ring(this.world.test.store.deleteReplicationGroup(ACCOUNT, name))
    await this.recover()
  }

  async forget(snapshotName: string): Promise<void> {
    await this.ring(this.world.test.store.deleteSnapshot(ACCOUNT, snapshotName))
    await this.recover()
  }

  trials(): string[] {
    return this.world.fake
      .world()
      .flatMap(({ containers, engineId }) => (engineId === ENGINE_ID ? containers : []))
      .filter(({ labels }) => labels['dev.cacheplane.kind'] === 'trial')
      .map(({ name }) => name)
  }

  async nothingIsLeft(): Promise<void> {
    const { fake, test } = this.world
    await this.recover()
    expect(standing(this.world)).toEqual(NOTHING)
    expect(this.trials()).toEqual([])
    expect(
      fake.world().flatMap(({ volumes }) => volumes.filter(({ name }) => name.includes('trial'))),
    ).toEqual([])
    expect(fake.vault.files.size).toBe(0)
    expect(await test.rows('SELECT id FROM snapshot UNION ALL SELECT id FROM snapshot_file')).toEqual([])
  }

  async #primaryOf(name: string): Promise<CacheNode | undefined> {
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, name)
    const id = group?.nodeGroups[0]?.primaryNodeId
    return (await this.#nodesOf(name)).find((node) => node.id === id)
  }

  async #nodesOf(name: string): Promise<CacheNode[]> {
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, name)
    return (group?.nodeGroups ?? []).flatMap(({ members }) => members.flatMap((one) => one.nodes))
  }

  #writesOf(node: CacheNode): string[] {
    return (this.#containerOf(node)?.process?.writes ?? []).map(({ value }) => value)
  }

  #containerOf(node: CacheNode | undefined): SimulatedContainer | undefined {
    const containers = this.world.fake.world().flatMap((engine) => engine.containers)
    return containers.find(
      ({ process }) => process?.nodeId === node?.id && process?.incarnation === node?.incarnation,
    )
  }
}

const planOf = (replicationGroupId: string, nodes: number, snapshotName: string | null) =>
  aGroupPlan({ replicationGroupId, snapshotName, zones: Array.from({ length: nodes }, () => null) })

async function* pieceOf(content: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(content)
}
