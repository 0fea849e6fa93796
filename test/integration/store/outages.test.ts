import { hop } from '@cacheplane/domain'
import { migrate, openStore } from '@cacheplane/store'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bringHome, ownerNamed } from '../../support/bring-home.ts'
import { startCuttingProxy, type CuttingProxy } from '../../support/cutting-proxy.ts'
import { PRISMA_DIR, startThrowAwayServer } from '../../support/postgres.ts'
import {
  ACCOUNT,
  aCommit,
  aGroupPlan,
  anOptions,
  aReport,
  aSecret,
  mustClaim,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

describe('a connection that breaks', () => {
  let test: TestStore
  let proxy: CuttingProxy
  beforeAll(async () => {
    test = await openTestStore()
    proxy = await startCuttingProxy(test.url)
  })
  afterAll(async () => {
    await test.close()
    await proxy.close()
  })

  for (const when of ['before', 'after'] as const) {
    it(`while a creation is being committed makes it exactly once, cut ${when} the commit arrives`, async () => {
      const store = test.open({ databaseUrl: proxy.url })
      proxy.cutAt('COMMIT', when)
      const accepted = await store.createReplicationGroup(aGroupPlan({ replicationGroupId: `cut-${when}` }))
      expect((await store.findReplicationGroup(ACCOUNT, `cut-${when}`))?.id).toBe(accepted.resourceId)
      proxy.cutAt('COMMIT', when)
      const deleted = await store.deleteReplicationGroup(ACCOUNT, `cut-${when}`)
      expect(deleted).toEqual(accepted)
      expect((await mustClaim(store, accepted.workflowId)).signals).toEqual(new Set(['destroy']))
    })

    it(`while a change is being committed makes it exactly once, cut ${when} the commit arrives`, async () => {
      const store = test.open({ databaseUrl: proxy.url })
      const name = `change-${when}`
      await store.createReplicationGroup(
        aGroupPlan({ replicationGroupId: name, zones: [null, null], automaticFailoverEnabled: true }),
      )
      await bringHome(test, await ownerNamed(test.store, 'replication-group', name))
      proxy.cutAt('COMMIT', when)
      await store.testFailover(ACCOUNT, name, '0001')
      expect(await store.listFailovers(ACCOUNT, name, 10)).toHaveLength(1)
    })

    it(`while a step is being committed never commits it twice, cut ${when} the commit arrives`, async () => {
      const store = test.open({ databaseUrl: proxy.url })
      const { workflowId } = await store.createReplicationGroup(
        aGroupPlan({ replicationGroupId: `step-${when}` }),
      )
      const claim = await mustClaim(store, workflowId)
      const event = {
        sourceType: 'replication-group',
        sourceIdentifier: `step-${when}`,
        message: 'once',
      } as const
      const changes = [{ do: 'record-event', accountId: ACCOUNT, event }] as const
      proxy.cutAt('COMMIT', when)
      await expect(store.commit(claim.lease, aCommit(claim, hop('on'), { changes }))).rejects.toThrow(
        /terminated/,
      )
      const found = async () =>
        await test.rows('SELECT 1 FROM event WHERE source_identifier = $1', [`step-${when}`])
      await vi.waitFor(async () => expect(await found()).toHaveLength(when === 'after' ? 1 : 0))
      expect(await store.renew(claim.lease, 1_000)).toBe(true)
    })

    it(`in the middle of a transaction is made good, cut ${when} the statement arrives`, async () => {
      const store = test.open({ databaseUrl: proxy.url })
      proxy.cutAt('INSERT INTO network', when)
      await store.createReplicationGroup(aGroupPlan({ replicationGroupId: `middle-${when}` }))
      expect(
        await test.rows(`SELECT 1 FROM cache_cluster WHERE cache_cluster_id = 'middle-${when}-001'`),
      ).toHaveLength(1)
    })

    it(`under a reader is not noticed, cut ${when} the statement arrives`, async () => {
      const store = test.open({ databaseUrl: proxy.url })
      proxy.cutAt('replication_group_view', when)
      expect(await store.listReplicationGroups(ACCOUNT, { limit: 100 })).not.toEqual([])
      proxy.cutAt('access_key', when)
      expect(await store.findPrincipal(aSecret())).toBeNull()
    })
  }
})

describe('a database that crashes and comes back', () => {
  it('finds every store working again, listeners too, with nothing half done', async () => {
    const server = await startThrowAwayServer()
    const store = openStore(anOptions(server.adminUrl))
    const settled: string[] = []
    try {
      await migrate(server.adminUrl, PRISMA_DIR)
      await store.recordSurvey([aReport()])
      store.onSettled((id) => settled.push(id))
      const names = Array.from({ length: 40 }, (_, i) => `g-${i}`)
      const creating = names.map(async (replicationGroupId, i) => {
        await new Promise((resolve) => setTimeout(resolve, i * 20))
        return store.createReplicationGroup(aGroupPlan({ replicationGroupId })).then(
          () => replicationGroupId,
          () => null,
        )
      })
      await server.stop('immediate')
      await server.start()
      const created = (await Promise.all(creating)).filter((name) => name !== null)
      expect(created.length).toBeGreaterThan(0)
      const listed = await store.listReplicationGroups(ACCOUNT, { limit: 100 })
      expect(new Set(listed.map((group) => group.replicationGroupId))).toEqual(new Set(created))
      await store.createReplicationGroup(aGroupPlan({ replicationGroupId: 'afterwards' }))
      await vi.waitFor(async () => {
        await store.ping()
        const claimed = await mustClaim(store, (await store.due(100)).at(-1) ?? '', 1)
        await store.commit({ ...claimed.lease }, aCommit(claimed, { kind: 'done' })).catch(() => undefined)
        expect(settled.length).toBeGreaterThan(0)
      }, 10_000)
    } finally {
      await store.close()
      await server.remove()
    }
  })
})

describe('a server that is still starting up', () => {
  it('is told by its own code, also where Prisma has no name for it', async () => {
    const test = await openTestStore()
    await test.rows('ALTER TABLE zone RENAME TO zone_behind')
    await test.rows(`CREATE FUNCTION refuse() RETURNS text LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the database system is starting up' USING ERRCODE = '57P03'; END $$`)
    await test.rows(`CREATE VIEW zone AS SELECT refuse() AS name, '' AS engine_id, '' AS address,
      NULL::text AS outage_mode, NULL::timestamptz AS outage_since`)
    await expect(test.store.listZones()).rejects.toMatchObject({ code: '57P03' })
    await test.close()
  })
})
