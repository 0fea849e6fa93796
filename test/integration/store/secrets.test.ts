import { Secret } from '@cacheplane/domain'
import { AesKeyring } from '@cacheplane/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, aGroupPlan, aSecret, openTestStore, type TestStore } from '../../support/stores.ts'

const CANARY = 'canary-3b1f9d0c-of-a-tenant'

describe('secrets at rest', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
    for (const [replicationGroupId, token] of [
      ['one', CANARY],
      ['two', 'another-token-of-a-tenant'],
    ] as const) {
      const settings = {
        transitEncryptionMode: 'required' as const,
        authTokenEnabled: true,
        authToken: aSecret(token),
      }
      await test.store.createReplicationGroup(aGroupPlan({ replicationGroupId, ...settings }))
    }
    await test.store.ensureAccessKey({
      accountId: ACCOUNT,
      accessKeyId: 'ak-one',
      token: aSecret(CANARY),
      secretAccessKey: aSecret(`${CANARY}-secret`),
    })
    await test.store.keepAuthority(async () => ({
      certificatePem: 'certificate',
      keyPem: aSecret(`${CANARY}-key`),
    }))
  })
  afterAll(() => test.close())

  const nodeIdOf = async (name: string) =>
    (await test.store.findReplicationGroup(ACCOUNT, name))?.nodeGroups[0]?.primaryNodeId ?? ''

  it('come back to the workflow that needs them, and to no view', async () => {
    const subject = await test.store.loadNode(await nodeIdOf('one'))
    expect(subject?.authToken?.reveal()).toBe(CANARY)
    const group = await test.store.findReplicationGroup(ACCOUNT, 'one')
    expect(group).toMatchObject({ authTokenEnabled: true, authTokenLastModifiedDate: expect.any(Date) })
    const views = JSON.stringify([group, subject], (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(views).not.toContain('canary')
  })

  it('are in no column of any table in the clear', async () => {
    const tables = await test.rows<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    )
    expect(tables.length).toBeGreaterThan(10)
    for (const { name } of tables) {
      expect([name, await test.rows(`SELECT 1 FROM "${name}" t WHERE t::text ILIKE '%canary%'`)]).toEqual([
        name,
        [],
      ])
    }
  })

  it('do not open in another row or under another key', async () => {
    const nodeId = await nodeIdOf('two')
    const stranger = test.open({ keyring: new AesKeyring(Buffer.alloc(32, 8)) })
    await expect(stranger.loadNode(nodeId)).rejects.toThrow()
    await test.rows(`
      UPDATE replication_group a SET auth_token_sealed = b.auth_token_sealed
      FROM replication_group b WHERE a.replication_group_id = 'two' AND b.replication_group_id = 'one'`)
    await expect(test.store.loadNode(nodeId)).rejects.toThrow()
  })

  it('make one authority, whoever comes first', async () => {
    const kept = await test.store.keepAuthority(() => Promise.reject(new Error('there is one already')))
    expect([kept.certificatePem, kept.keyPem.reveal()]).toEqual(['certificate', `${CANARY}-key`])
    expect(await test.store.caCertificate()).toBe('certificate')
  })

  it('tell a principal by its token', async () => {
    expect(await test.store.findPrincipal(new Secret(CANARY))).toEqual({
      accountId: ACCOUNT,
      accessKeyId: 'ak-one',
    })
    expect(await test.store.findPrincipal(new Secret('unknown'))).toBeNull()
  })
})
