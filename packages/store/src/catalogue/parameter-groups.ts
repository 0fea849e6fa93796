import {
  findDefaultGroup,
  mergeDefaults,
  newId,
  parameterGroupNotFound,
  planParameterChange,
  ServiceError,
  whyTooLarge,
  type NewEvent,
  type Page,
  type ParameterGroup,
  type ParameterGroupChange,
  type ParameterGroupPlan,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { configureUsers, usersOf } from './parameter-group-users.ts'

const GROUPS_PER_ACCOUNT = 300

export function createParameterGroup(
  db: Database,
  accountId: string,
  { name, family, description }: ParameterGroupPlan,
): Promise<ParameterGroup> {
  return db.transaction(async (q) => {
    await q.rows(sql`SELECT pg_advisory_xact_lock(hashtext(${`parameter groups of ${accountId}`}))`)
    if ((await findParameterGroup(q, accountId, name)) !== null)
      throw new ServiceError('CacheParameterGroupAlreadyExists', `Parameter group ${name} already exists`)
    const [{ count = 0 } = {}] = await q.rows<{ count: number }>(
      sql`SELECT count(*)::int FROM parameter_group WHERE account_id = ${accountId}`,
    )
    if (count >= GROUPS_PER_ACCOUNT)
      throw new ServiceError(
        'CacheParameterGroupQuotaExceeded',
        `You can have at most ${GROUPS_PER_ACCOUNT} parameter groups.`,
      )
    await q.run(sql`
      INSERT INTO parameter_group (id, account_id, name, family, description)
      VALUES (${newId('parameterGroup', q.random)}, ${accountId}, ${name}, ${family}, ${description})`)
    await tell(q, accountId, name, `Created cache parameter group ${name}`)
    return { name, family, description, parameterValues: {} }
  })
}

/** The values, and a wake-up for every cache that uses the group; which of its nodes have taken them over, rows tell. */
export function changeParameterGroup(
  db: Database,
  accountId: string,
  name: string,
  change: ParameterGroupChange,
): Promise<{ group: ParameterGroup; woken: string[] }> {
  return db.transaction(async (q) => {
    const group = await lockParameterGroup(q, accountId, name)
    const users = await usersOf(q, accountId, name)
    const parameterValues = planParameterChange({ ...group, isInUse: users.length > 0 }, change)
    for (const user of users) {
      const because = whyTooLarge(user, parameterValues)
      if (because !== null) throw new ServiceError('InvalidParameterCombination', because)
    }
    await q.run(sql`
      UPDATE parameter_group SET parameter_values = ${JSON.stringify(parameterValues)}::jsonb WHERE id = ${group.id}`)
    const names = new Set([...Object.keys(group.parameterValues), ...Object.keys(parameterValues)])
    for (const parameter of [...names].sort()) {
      const value = parameterValues[parameter]
      if (value !== group.parameterValues[parameter])
        await tell(q, accountId, name, `Updated parameter ${parameter} to ${value ?? 'its default'}`)
    }
    return { group: { ...group, parameterValues }, woken: await configureUsers(q, accountId, name) }
  })
}

export function deleteParameterGroup(db: Database, accountId: string, name: string): Promise<void> {
  return db.transaction(async (q) => {
    const { id } = await lockParameterGroup(q, accountId, name)
    if ((await usersOf(q, accountId, name)).length > 0)
      throw new ServiceError(
        'InvalidCacheParameterGroupState',
        `One or more cache clusters are still members of this parameter group ${name}, so the group cannot be deleted.`,
      )
    await q.run(sql`DELETE FROM parameter_group WHERE id = ${id}`)
    await tell(q, accountId, name, `Deleted cache parameter group ${name}`)
  })
}

export async function findParameterGroup(
  q: Queryable,
  accountId: string,
  name: string,
): Promise<ParameterGroup | null> {
  const [row] = await q.rows<ParameterGroup>(sql`
    SELECT name, family, description, parameter_values AS "parameterValues" FROM parameter_group
    WHERE account_id = ${accountId} AND name = ${name}`)
  return row ?? findDefaultGroup(name) ?? null
}

export async function listParameterGroups(
  q: Queryable,
  accountId: string,
  page: Page,
): Promise<ParameterGroup[]> {
  const own = await q.rows<ParameterGroup>(sql`
    SELECT name, family, description, parameter_values AS "parameterValues" FROM parameter_group
    WHERE account_id = ${accountId} AND name COLLATE "C" > ${page.after ?? ''} ORDER BY name COLLATE "C" LIMIT ${page.limit}`)
  return mergeDefaults(own, page)
}

type Row = ParameterGroup & { id: string }

async function lockParameterGroup(q: Queryable, accountId: string, name: string): Promise<Row> {
  if (findDefaultGroup(name) !== undefined) {
    const message = `The parameter group ${name} is a default group and cannot be changed.`
    throw new ServiceError('InvalidParameterValue', message, [{ path: 'cacheParameterGroupName', message }])
  }
  const [row] = await q.rows<Row>(sql`
    SELECT id, name, family, description, parameter_values AS "parameterValues" FROM parameter_group
    WHERE account_id = ${accountId} AND name = ${name} FOR UPDATE`)
  if (row === undefined) throw parameterGroupNotFound(name)
  return row
}

async function tell(q: Queryable, accountId: string, name: string, message: string): Promise<void> {
  const event: NewEvent = { sourceType: 'cache-parameter-group', sourceIdentifier: name, message }
  await insertEvent(q, accountId, event)
}
