import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyDatabase } from '../../docker/bootstrap/empty-database.ts'
import { openTestStore, type TestStore } from '../support/stores.ts'

let own: TestStore

beforeEach(async () => {
  own = await openTestStore()
})

afterEach(() => own.close())

const OBJECTS = `
  SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
  ORDER BY name`

const names = async (): Promise<string[]> =>
  (await own.rows<{ name: string }>(OBJECTS)).map(({ name }) => name)

test('nothing of ours stays in a database that the user gave us', async () => {
  expect(await names()).toContain('replication_group')
  await emptyDatabase(own.url)
  expect(await names()).toEqual([])
})

test("what others keep in the same database stays, their share of Prisma's list of migrations included", async () => {
  await own.rows('CREATE TABLE invoices (id int)')
  await own.rows("CREATE FUNCTION vat() RETURNS int LANGUAGE sql AS 'SELECT 19'")
  await own.rows(`INSERT INTO _prisma_migrations (id, checksum, migration_name, applied_steps_count)
    VALUES ('1', 'x', '20200101000000_theirs', 1)`)
  await emptyDatabase(own.url)
  expect(await names()).toEqual(['_prisma_migrations', 'invoices', 'vat'])
  expect(await own.rows('SELECT migration_name FROM _prisma_migrations')).toEqual([
    { migration_name: '20200101000000_theirs' },
  ])
})

test('emptying twice is fine', async () => {
  await emptyDatabase(own.url)
  await emptyDatabase(own.url)
  expect(await names()).toEqual([])
})
