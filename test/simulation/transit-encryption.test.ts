import type { GroupChange } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RollingLife } from './rolling-life.ts'
import { ENGINE_ID, SimWorld } from './sim-world.ts'
import { NOTHING, standing } from './standing.ts'

const to = (transitEncryption: NonNullable<GroupChange['transitEncryption']>): GroupChange => ({
  transitEncryption,
  deferred: false,
})
const PREFERRED = to({ enabled: true, mode: 'preferred' })

describe('encryption in transit of a living group', () => {
  let world: SimWorld

  beforeAll(async () => {
    world = await SimWorld.open({ seed: 17, workers: 1, spares: 0 })
  })
  afterAll(() => world.close())

  /** Which clients its endpoints serve. */
  async function served(life: RollingLife): Promise<string[]> {
    const [shard] = (await life.group()).nodeGroups
    const { primaryPort = 0, readerPort = 0 } = shard?.endpoint ?? {}
    return (['plain', 'tls'] as const).filter((speaks) =>
      [primaryPort, readerPort].every((port) => {
        const process = world.fake.connect(ENGINE_ID, port, speaks)?.process() ?? null
        return process !== null
      }),
    )
  }

  it('comes and goes in two steps; at every moment those are served who were before and are after, and nothing is lost', async () => {
    const life = new RollingLife(world, 'steps', 2)
    await life.begin()
    expect(await served(life)).toEqual(['plain'])
    const steps = [
      { change: PREFERRED, mode: 'preferred', after: ['plain', 'tls'] },
      { change: to({ mode: 'required' }), mode: 'required', after: ['tls'] },
      { change: to({ mode: 'preferred' }), mode: 'preferred', after: ['plain', 'tls'] },
      { change: to({ enabled: false }), mode: null, after: ['plain'] },
    ]
    let before = await served(life)
    for (const { change, mode, after } of steps) {
      life.fewestCopies = Infinity
      await life.change(change)
      const throughout = before.filter((one) => after.includes(one))
      const state = await life.settle(() => life.watch())
      expect({ ...state, copies: life.fewestCopies }).toMatchObject({
        status: 'available',
        pending: null,
        kept: true,
        copies: 2,
      })
      expect((await life.group()).transitEncryptionMode).toBe(mode)
      expect(await served(life)).toEqual(after)
      expect(throughout.length).toBeGreaterThan(0)
      before = after
    }
    await life.end()
    expect(standing(world)).toEqual(NOTHING)
  })

  it.each(['primary', 'replica', 'successor'] as const)(
    'is turned on also when the %s is lost in the middle',
    async (role) => {
      const life = new RollingLife(world, `loses-${role}`, 2)
      await life.begin()
      await life.change(PREFERRED)
      let lost: string | null = null
      const state = await life.settle(async () => {
        if (lost !== null || !world.dice.chance(0.05)) return
        const { successor, ...others } = await life.nodeIds()
        if (successor === null) return
        lost = { successor, ...others }[role]
        world.fake.kill(lost)
      })
      expect(lost).not.toBeNull()
      expect(state).toMatchObject({ status: 'available', pending: null, kept: true })
      expect(await served(life)).toEqual(['plain', 'tls'])
      await life.end()
      expect(standing(world)).toEqual(NOTHING)
    },
  )
})
