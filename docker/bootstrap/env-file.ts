import type { AccessKey } from './access-key.ts'
import { statePath } from './installation.ts'
import { writePrivate } from './private-file.ts'

/** Writes the variables that a shell needs to use the service; returns the file to be sourced. */
export async function writeEnvFile(
  stateDir: string,
  url: string,
  region: string,
  key: AccessKey,
): Promise<string> {
  const file = statePath(stateDir, 'env')
  await writePrivate(file, renderEnv(url, region, key))
  return file
}

export function renderEnv(url: string, region: string, key: AccessKey): string {
  const variables = {
    CACHEPLANE_URL: url,
    CACHEPLANE_TOKEN: key.token,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: url,
  }
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('')
}
