import { StaleLease, type Change } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'

/** Versions follow one another: a list made from older rows is that of a lost lease. */
export async function announce(
  q: Queryable,
  { clusterId, version, nodeIds }: Extract<Change, { do: 'announce' }>,
): Promise<void> {
  const set = await q.run(sql`
    UPDATE memcached_cluster SET announced = ${[...nodeIds]}::text[], config_version = ${version}
    WHERE cluster_id = ${clusterId} AND config_version = ${version} - 1`)
  if (set !== 1)
    throw new StaleLease(`the list of cache cluster ${clusterId} is not at version ${version - 1}`)
}
