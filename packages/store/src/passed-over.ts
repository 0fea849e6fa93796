import { ServiceError } from '@cacheplane/domain'

/** Of what is due: null when it cannot be done now, so that the next look tries it again. */
export async function passedOver<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (error instanceof ServiceError) return null
    throw error
  })
}
