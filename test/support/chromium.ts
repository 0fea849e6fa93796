import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { aptInstall } from '../../docker/bootstrap/apt.ts'

const PROGRAM = '/usr/bin/chromium'

/** Installs Debian's Chromium where it is missing; what stands in the way, or null. */
export async function whyNoChromium(): Promise<string | null> {
  if (existsSync(PROGRAM)) return null
  try {
    await aptInstall(['chromium'], 'try pages in a real browser', () => undefined)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return existsSync(PROGRAM) ? null : `${PROGRAM} is missing although it was installed`
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
