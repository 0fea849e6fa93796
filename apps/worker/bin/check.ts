import { fileURLToPath } from 'node:url'
import { describeError, seconds } from '@cacheplane/domain'
import { lastingViolations } from '../src/lasting-violations.ts'
import { openInstallation } from '../src/open-installation.ts'
import { systemClock } from '../src/system-clock.ts'

/** As long as everything may take to converge once a fault is over. */
const PATIENCE_MS = seconds(60)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Compares rows and Docker engines: `npm run check` exits with 1 when something is wrong and stays wrong. */
async function check(): Promise<number> {
  const installation = await openInstallation(process.env, ROOT)
  try {
    const violations = await lastingViolations(installation, systemClock, PATIENCE_MS)
    for (const violation of violations) console.log(violation)
    console.log(violations.length === 0 ? 'OK' : `${violations.length} violations`)
    return violations.length === 0 ? 0 : 1
  } finally {
    await installation.close()
  }
}

process.exitCode = await check().catch((error: unknown) => {
  console.error(error instanceof Error && error.name === 'Error' ? error.message : describeError(error))
  return 2
})
