import { type Principal, ServiceError } from '@cacheplane/domain'
import type { Service } from './service.ts'

/** ElastiCache's limits for `MaxRecords` (elasticache-reference, 3.7). */
export const MIN_RECORDS = 20
export const MAX_RECORDS = 100

export interface Paging {
  marker?: string | undefined
  maxRecords?: number | undefined
}

export interface Page<Row> {
  rows: Row[]
  marker?: string
}

/**
 * One page of a list. `fetch` gets the key to continue behind and one row more than will be shown, which tells whether
 * there is another page. Markers are signed for the account and the list, so a page cannot start at a key of the caller's making.
 */
export async function readPage<Row>(
  service: Service,
  principal: Principal,
  list: string,
  paging: Paging,
  fetch: (limit: number, after: string | undefined) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): Promise<Page<Row>> {
  const limit = paging.maxRecords ?? MAX_RECORDS
  if (!Number.isInteger(limit) || limit < MIN_RECORDS || limit > MAX_RECORDS) {
    throw wrong('maxRecords', `maxRecords must be between ${MIN_RECORDS} and ${MAX_RECORDS}.`)
  }
  const scope = `${principal.accountId}/${list}`
  const after = paging.marker === undefined ? undefined : service.signer.open(scope, paging.marker)
  if (after === null) {
    throw wrong('marker', `marker is not one that a list of ${list} answered; leave it out to start anew.`)
  }
  const found = await fetch(limit + 1, after)
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  if (found.length <= limit || last === undefined) return { rows }
  return { rows, marker: service.signer.seal(scope, keyOf(last)) }
}

/** Pages through a list that is all in memory. Keys must ascend in the order of the list. */
export function readStaticPage<Row>(
  service: Service,
  principal: Principal,
  list: string,
  paging: Paging,
  all: readonly Row[],
): Promise<Page<Row>> {
  const numbered = all.map((row, index) => ({ row, index }))
  return readPage(
    service,
    principal,
    list,
    paging,
    (limit, after) => {
      const start = after === undefined ? 0 : Number(after) + 1
      return Promise.resolve(numbered.slice(start, start + limit))
    },
    ({ index }) => String(index),
  ).then(({ rows, ...rest }) => ({ rows: rows.map(({ row }) => row), ...rest }))
}

function wrong(path: string, message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message, [{ path, message }])
}
