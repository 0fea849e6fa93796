import { readFile, stat } from 'node:fs/promises'
import { S3Client } from '@aws-sdk/client-s3'
import { Secret } from '@cacheplane/domain'
import { z } from 'zod'
import type { VaultEnvironment } from '../vault-environment.ts'

const CONNECT_MS = 5_000
/** Of one request, whose content is a part at most. */
const REQUEST_MS = 60_000
const ATTEMPTS = 4

interface Credentials {
  accessKeyId: string
  secretAccessKey: Secret
}

const CredentialsFile = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) })

/**
 * A client of the S3-compatible store that the environment names; null without credentials. Nothing is taken from variables
 * and files of the AWS CLI. Throws a sentence without any secret.
 */
export async function createS3Client(environment: VaultEnvironment): Promise<S3Client | null> {
  const credentials = await readCredentials(environment)
  if (credentials === null) return null
  const { CACHEPLANE_S3_ENDPOINT: endpoint, CACHEPLANE_S3_REGION: region } = environment
  const { accessKeyId, secretAccessKey } = credentials
  return new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() },
    // Other stores than Amazon's mostly have no host name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: ATTEMPTS,
    // What is kept is sealed, and says itself whether it is whole; not every store knows the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
  })
}

async function readCredentials(environment: VaultEnvironment): Promise<Credentials | null> {
  const {
    CACHEPLANE_S3_ACCESS_KEY_ID: accessKeyId,
    CACHEPLANE_S3_SECRET_ACCESS_KEY: secret,
    CACHEPLANE_S3_CREDENTIALS_FILE: file,
  } = environment
  if (file !== undefined) return readFileOf(file)
  if (accessKeyId !== undefined && secret !== undefined)
    return { accessKeyId, secretAccessKey: new Secret(secret) }
  if (accessKeyId === undefined && secret === undefined) return null
  throw new Error('CACHEPLANE_S3_ACCESS_KEY_ID and CACHEPLANE_S3_SECRET_ACCESS_KEY need each other')
}

async function readFileOf(file: string): Promise<Credentials> {
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others: chmod 600 it`)
  const parsed = CredentialsFile.safeParse(asJson(await readFile(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file} must hold {"accessKeyId": …, "secretAccessKey": …}`)
  return { accessKeyId: parsed.data.accessKeyId, secretAccessKey: new Secret(parsed.data.secretAccessKey) }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
