import { writePrivate } from './private-file.ts'
import { statePath } from './installation.ts'

export interface AccessKey {
  accessKeyId: string
  secretAccessKey: string
  token: string
}

/** Writes the variables that a shell needs to use the service; returns the file to be sourced. */
export async function writeEnvFile(
  stateDir: string,
  url: string,
  region: string,
  key: AccessKey,
): Promise<string> {
  const file = statePath(stateDir, 'env')
  const variables = {
    CACHEPLANE_URL: url,
    CACHEPLANE_TOKEN: key.token,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: url,
  }
  const lines = Object.entries(variables).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`,
  )
  await writePrivate(file, lines.join(''))
  return file
}
