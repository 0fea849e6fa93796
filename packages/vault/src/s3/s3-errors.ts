import { S3ServiceException } from '@aws-sdk/client-s3'

const statusOf = (error: unknown): number | null =>
  error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null

export const isAbsent = (error: unknown): boolean => statusOf(error) === 404

export const isForbidden = (error: unknown): boolean => statusOf(error) === 403

/** The store does not know how to. */
export const isUnknownThere = (error: unknown): boolean => statusOf(error) === 501

/** Something has the name already, or somebody is just giving it. */
export const isTaken = (error: unknown): boolean => [409, 412].includes(statusOf(error) ?? 0)
