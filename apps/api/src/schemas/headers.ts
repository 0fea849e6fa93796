import { z } from 'zod'

const prefer = z
  .string()
  .optional()
  .meta({
    description:
      '`wait=60` holds the answer for up to so many seconds (at most 600) until the resource has settled. Longer wishes are cut, ' +
      'and wishes that make no sense are ignored; `Preference-Applied` says what was done.',
  })
const idempotencyKey = z
  .string()
  .optional()
  .meta({
    description:
      'Up to 255 printable characters. A repeated request with the same key answers the resource as it stands; another request ' +
      'with the same key is refused.',
  })

/** Shown in the description only: headers are read where they are used. */
export const waitHeader = z.looseObject({ prefer })
export const changeHeaders = z.looseObject({ prefer, 'idempotency-key': idempotencyKey })
