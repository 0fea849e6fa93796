import {
  type ErrorCode,
  type Event,
  type EventQuery,
  minutes,
  type Principal,
  ServiceError,
  type SourceType,
} from '@cacheplane/domain'
import { ANYTHING, authorize } from './authorize.ts'
import { type Page, type Paging, readPage } from './paging.ts'
import type { Service } from './service.ts'

const DEFAULT_MINUTES = 60
/** Events are kept for fourteen days (elasticache-reference, 2.13). */
const MAX_MINUTES = 14 * 24 * 60

export interface DescribeEventsRequest extends Paging {
  sourceType?: SourceType | undefined
  sourceIdentifier?: string | undefined
  startTime?: Date | undefined
  endTime?: Date | undefined
  /** Minutes. */
  duration?: number | undefined
}

/** DescribeEvents, newest first. */
export function describeEvents(
  service: Service,
  principal: Principal,
  request: DescribeEventsRequest,
): Promise<Page<Event>> {
  authorize(principal, 'DescribeEvents', ANYTHING)
  const period = periodOf(request, service.clock.now())
  return readPage(
    service,
    principal,
    'events',
    request,
    (limit, after) => {
      const query: EventQuery = { ...period, limit }
      if (request.sourceType !== undefined) query.sourceType = request.sourceType
      if (request.sourceIdentifier !== undefined)
        query.sourceIdentifier = request.sourceIdentifier.toLowerCase()
      if (after !== undefined) query.before = BigInt(after)
      return service.catalogue.listEvents(principal.accountId, query)
    },
    (event) => String(event.id),
  )
}

/** Two of start, end and length give the third; nothing at all means the last hour. */
export function periodOf(
  { startTime, endTime, duration }: DescribeEventsRequest,
  now: Date,
): { from: Date; to: Date } {
  if (duration !== undefined && (!Number.isInteger(duration) || duration < 1 || duration > MAX_MINUTES)) {
    throw wrong('InvalidParameterValue', 'duration', `duration must be between 1 and ${MAX_MINUTES} minutes.`)
  }
  if (startTime !== undefined && endTime !== undefined && duration !== undefined) {
    throw wrong(
      'InvalidParameterCombination',
      'duration',
      'Use startTime and endTime, or one of them with duration.',
    )
  }
  const length = minutes(duration ?? DEFAULT_MINUTES)
  if (startTime === undefined) {
    const to = endTime ?? now
    return { from: new Date(to.getTime() - length), to }
  }
  const to = endTime ?? (duration === undefined ? now : new Date(startTime.getTime() + length))
  if (startTime > to) {
    throw wrong('InvalidParameterCombination', 'startTime', 'startTime must not be later than endTime.')
  }
  return { from: startTime, to }
}

function wrong(code: ErrorCode, path: string, message: string): ServiceError {
  return new ServiceError(code, message, [{ path, message }])
}
