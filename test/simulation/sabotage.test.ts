import type { StepCommit } from '@cacheplane/domain'
import type { Store } from '@cacheplane/store'
import { describe, expect, it } from 'vitest'
import type { TestStore } from '../support/stores.ts'
import { playScenario, type ScenarioOptions } from './scenario.ts'
import { ENGINE_ID } from './sim-world.ts'

/** Seeds are tried until the sabotage shows; one that never shows means that the checker is blind. */
const SEEDS = Array.from({ length: 24 }, (_, i) => i + 1)

async function violationsOf(options: Omit<ScenarioOptions, 'seed'>, telling = /./): Promise<string[]> {
  for (const seed of SEEDS) {
    const { violations } = await playScenario({ seed, stormMs: 40_000, quietMs: 0, ...options })
    if (violations.some((one) => telling.test(one))) return violations
  }
  return []
}

/** A store whose claims take leases away from their holders, and whose commits quote whatever token is valid. */
function withoutLeases(test: TestStore): Store {
  return {
    ...test.store,
    claim: async (workflowId, owner, leaseMs) => {
      await test.rows('UPDATE workflow SET lease_until = NULL WHERE id = $1', [workflowId])
      return test.store.claim(workflowId, owner, leaseMs)
    },
    commit: async (lease, step) => {
      const [row] = await test.rows<{ token: string }>(
        `UPDATE workflow SET lease_until = clock_now() + interval '10 seconds' WHERE id = $1 RETURNING lease_token AS token`,
        [lease.workflowId],
      )
      return test.store.commit({ ...lease, token: BigInt(row?.token ?? 0) }, step)
    },
  }
}

/** A store that forgets to give addresses back. */
function withoutRelease(test: TestStore): Store {
  const removed = (step: StepCommit) =>
    step.changes.flatMap((change) => (change.do === 'remove-node' ? [change.nodeId] : []))
  return {
    ...test.store,
    commit: async (lease, step) => {
      const committed = await test.store.commit(lease, step)
      await test.rows('UPDATE port_allocation SET released_at = NULL WHERE node_id = ANY($1)', [
        removed(step),
      ])
      return committed
    },
  }
}

describe('with a guard switched off, the checkers cry out', () => {
  it('leases: two workers carry out one creation', async () => {
    // The patrol stays away: it would repair what they break, within the time that is allowed for it.
    const options = { without: new Set(['patrol'] as const), workers: 3, ringsLost: 0, faults: 0.02 }
    const broken = /should be available|does not serve|was told 2 times/
    expect(await violationsOf({ ...options, sabotage: withoutLeases }, broken)).not.toEqual([])
  })

  it('release of addresses: ports stay held', async () => {
    const violations = await violationsOf({ sabotage: withoutRelease, faults: 0 })
    expect(violations.join()).toContain('ports are held')
  })

  it('sweep and doorbell: nothing converges', async () => {
    const options = { without: new Set(['sweep'] as const), ringsLost: 1, faults: 0 }
    const violations = await violationsOf(options, /should be available/)
    expect(violations.join()).toContain('should be available and is creating')
  })

  it('patrol, monitor and probes: a lost node is never missed', async () => {
    const without = new Set(['patrol', 'monitor', 'probes'] as const)
    const violations = await violationsOf({ without, faults: 0.03 }, /does not serve/)
    expect(violations.join()).toContain('does not serve')
  })

  it('patrol: a spare network that is gone is never missed', async () => {
    const violations = await violationsOf({
      without: new Set(['patrol']),
      faults: 0,
      corrupt: ({ fake }) => void fake.world()[0]?.networks.splice(0),
    })
    expect(violations.join()).toMatch(/networks stand for .* spares/)
  })

  it('finality of deletion: a deleted group comes back', async () => {
    const violations = await violationsOf({
      faults: 0,
      corrupt: async ({ test }) => void (await test.rows(`DELETE FROM signal WHERE name = 'destroy'`)),
    })
    expect(violations.join()).toMatch(/after its deletion was accepted|should be gone/)
  })

  it('ownership of a node: a second container serves it', async () => {
    const violations = await violationsOf({
      faults: 0,
      corrupt: ({ fake }) => {
        const [engine] = fake.world()
        const serving = engine?.containers.find(({ process }) => process?.open === true)
        if (engine !== undefined && serving !== undefined) {
          engine.containers.push({ ...serving, ref: 'twin', name: 'twin' })
        }
      },
    })
    expect(violations.join()).toContain('served by two containers at once')
  })

  it('respect for strangers: a foreign container is removed', async () => {
    const violations = await violationsOf({
      faults: 0,
      corrupt: ({ fake }) => {
        const [engine] = fake.world()
        const index =
          engine?.containers.findIndex(({ process, edge }) => process === null && edge === null) ?? -1
        if (index >= 0) engine?.containers.splice(index, 1)
        else fake.addForeignContainer(ENGINE_ID, 'somebody-elses')
      },
    })
    expect(violations.join()).toContain('foreign container')
  })

  it('care for the living: a serving node is taken down', async () => {
    const violations = await violationsOf({
      faults: 0,
      corrupt: ({ fake }) => {
        const [engine] = fake.world()
        const serving = engine?.containers.find(({ process }) => process?.open === true)
        if (serving?.process !== null && serving !== undefined) fake.removeContainer(serving.process.nodeId)
      },
    })
    expect(violations.join()).toContain('was taken down although nobody deleted its owner')
  })
})
