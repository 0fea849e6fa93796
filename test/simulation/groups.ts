import type { CacheNode, NodeGroup, ReplicationGroup } from '@cacheplane/domain'
import type { SimulatedContainer, SimulatedProcess } from '@cacheplane/fleet/fake'
import { ACCOUNT } from '../support/stores.ts'
import type { SimWorld } from './sim-world.ts'

/** A replication group as its rows said it when they were last read. */
export interface Group {
  group: ReplicationGroup
  shard: NodeGroup
  nodes: CacheNode[]
}

/** The groups that exist, by rows for users and by containers for whoever watches. */
export class Groups {
  known: Group[] = []

  constructor(private readonly world: SimWorld) {}

  async read(): Promise<readonly Group[]> {
    const groups = await this.world.test.store.listReplicationGroups(ACCOUNT, { limit: 100 })
    this.known = groups.flatMap((group) =>
      group.nodeGroups.map((shard) => ({
        group,
        shard,
        nodes: shard.members.flatMap((member) => member.nodes),
      })),
    )
    return this.known
  }

  /** What stands of a group: everything in its network. */
  containersNear(process: SimulatedProcess): { container: SimulatedContainer; isDark: boolean }[] {
    const all = this.world.fake
      .world()
      .flatMap(({ containers, state }) =>
        containers.map((container) => ({ container, isDark: state === 'dark' })),
      )
    const own = all.find(({ container }) => container.process === process)
    return all.filter(({ container }) => container.networkName === own?.container.networkName)
  }

  containerOf(process: SimulatedProcess): SimulatedContainer | undefined {
    return this.containersNear(process).find(({ container }) => container.process === process)?.container
  }

  /** The process of this very container, if it stands. */
  processOf({ id, incarnation }: Pick<CacheNode, 'id' | 'incarnation'>): SimulatedProcess | null {
    const containers = this.world.fake.world().flatMap((engine) => engine.containers)
    const own = containers.find(
      ({ process }) => process?.nodeId === id && process.incarnation === incarnation,
    )
    return own?.process ?? null
  }
}
