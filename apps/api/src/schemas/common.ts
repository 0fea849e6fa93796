import { ENGINES } from '@cacheplane/domain'
import { z } from 'zod'
import { MAX_RECORDS, MIN_RECORDS } from '../operations/paging.ts'

export const Endpoint = z
  .object({ address: z.string(), port: z.int() })
  .meta({ id: 'Endpoint', examples: [{ address: '127.0.0.1', port: 10000 }] })

export const Timestamp = z.iso.datetime().meta({ examples: ['2026-01-31T12:00:00.000Z'] })
export const EngineName = z.enum(ENGINES)

const WHOLE_NUMBER = /^-?\d{1,9}$/
const IsoTime = z.iso.datetime({ offset: true })

/** Query strings are text; these say what they mean, and nothing else is taken. */
export const queryBoolean = (description: string) =>
  z
    .string()
    .refine((text) => text === 'true' || text === 'false', 'must be true or false')
    .transform((text) => text === 'true')
    .optional()
    .meta({ type: 'boolean', description })

export const queryInteger = (description: string) =>
  z
    .string()
    .refine((text) => WHOLE_NUMBER.test(text), 'must be a whole number')
    .transform(Number)
    .optional()
    .meta({ type: 'integer', description })

export const queryTime = (description: string) =>
  z
    .string()
    .refine((text) => IsoTime.safeParse(text).success, 'must be a time such as 2026-01-31T12:00:00Z')
    .transform((text) => new Date(text))
    .optional()
    .meta({ format: 'date-time', description })

export const queryText = (description: string) => z.string().min(1).max(255).optional().meta({ description })

/** A parameter that may be given several times: each time another value of the list. */
export const queryList = <Item extends z.ZodType>(item: Item, most: number, description: string) =>
  z
    .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(item).max(most))
    .optional()
    .meta({ description })

export const pagingQuery = {
  marker: z.string().max(1024).optional().meta({ description: 'What the page before answered as `marker`.' }),
  maxRecords: queryInteger(`Rows per page, ${MIN_RECORDS} to ${MAX_RECORDS}; ${MAX_RECORDS} by default.`),
}

export const Marker = z
  .string()
  .optional()
  .meta({ description: 'Present when there are more rows: pass it on to get them.' })

/** For requests that take no query string. */
export const NoQuery = z.strictObject({})

/** An answer without a body. */
export const Gone = z.null().meta({ description: 'Gone.' })

/** A response with a description of its own. */
export const answer = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})
