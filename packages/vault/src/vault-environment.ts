import { z } from 'zod'

/** The variables that every process with a vault reads; each spreads them into its own. */
export const vaultEnvironment = {
  /** Where the files of snapshots are kept: a folder that every process sees, or `s3://<bucket>[/<prefix>]`. */
  CACHEPLANE_VAULT: z
    .string()
    .min(1)
    .refine((text) => !text.startsWith('s3:') || parseBucket(text) !== null, 'as in s3://bucket/prefix'),
  /** Of an S3-compatible store; Amazon's own when left out. */
  CACHEPLANE_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  CACHEPLANE_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default('us-east-1'),
  /** Named apart from the variables of the AWS CLI, which lead to this service where its `env` file was sourced. */
  CACHEPLANE_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  CACHEPLANE_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** In place of both: a file of mode 0600 that holds `{"accessKeyId": …, "secretAccessKey": …}`. */
  CACHEPLANE_S3_CREDENTIALS_FILE: z.string().min(1).optional(),
}

export type VaultEnvironment = Readonly<z.infer<z.ZodObject<typeof vaultEnvironment>>>

export interface BucketName {
  bucket: string
  /** Empty, or ends with a slash. */
  prefix: string
}

/** Null for what is no `s3://<bucket>[/<prefix>]`. */
export function parseBucket(text: string): BucketName | null {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]{0,512}))?$/.exec(text)
  if (found === null) return null
  const prefix = (found[2] ?? '').replace(/\/+$/, '')
  return { bucket: found[1] ?? '', prefix: prefix === '' ? '' : `${prefix}/` }
}
