import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { ROOT } from '../../docker/bootstrap/settings.ts'
import { launchChromium, whyNoChromium } from '../support/chromium.ts'
import { SecondInstallation } from '../support/second-installation.ts'

const PATIENCE_MS = 30_000
const OPEN_MS = 120_000

/** Resolves when the shop says that it is open. */
function isOpen({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`the shop did not open: ${said}`)), OPEN_MS)
    stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (!said.includes('the shop is open')) return
      clearTimeout(timer)
      resolve()
    })
  })
}

const obstacle = await whyNoChromium()
if (obstacle !== null) process.stderr.write(`left out, the demo in a browser: ${obstacle}\n`)

describe.skipIf(obstacle !== null)('the demo shop, in a browser', () => {
  let installation: SecondInstallation
  let demo: ChildProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    installation = await SecondInstallation.prepare()
    await installation.up()
    const port = await findFreePort()
    demo = spawn(process.execPath, ['--import', 'tsx', 'apps/demo/bin/demo.ts'], {
      cwd: ROOT,
      env: { ...process.env, ...installation.env(), DEMO_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await isOpen(demo)
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    if (demo !== undefined && demo.exitCode === null) {
      demo.kill('SIGTERM')
      await once(demo, 'exit')
    }
    await installation?.clear()
  })

  const text = (id: string): Promise<string> => page.locator(`#${id}`).innerText()
  const eventually = (id: string) => expect.poll(() => text(id), { timeout: PATIENCE_MS })
  const press = async (id: string): Promise<string> => {
    await page.locator(`#${id}`).click()
    await eventually('said').not.toMatch(/^(…)?$/)
    return text('said')
  }

  test('both instances answer, know the same session and show a changed price at once', async () => {
    const seen = new Set<string>()
    await expect.poll(async () => seen.add(await text('instance')).size, { timeout: PATIENCE_MS }).toBe(2)
    const price = Number(await text('price'))
    expect(await press('raise')).toContain(`set the price to ${price + 1}`)
    await eventually('price').toBe(String(price + 1))
    expect(await press('login')).toContain('logged ada in')
    const knowing = new Set<string>()
    for (let visit = 1; visit <= 6; visit += 1) {
      const said = await press('who')
      expect(said).toContain(`knows ada, visit ${visit}`)
      knowing.add(said.split(' ')[0] ?? '')
    }
    expect([...knowing].sort()).toEqual(['shop-a', 'shop-b'])
  })

  test('the cache takes load off the database, as its button shows', async () => {
    await expect
      .poll(async () => Number.parseFloat(await text('hit-rate')), { timeout: PATIENCE_MS })
      .toBeGreaterThan(50)
    expect(await press('toggle')).toBe('the cache is off')
    await eventually('hit-rate').toBe('0.0 %')
    await expect.poll(async () => Number(await text('queries')), { timeout: PATIENCE_MS }).toBeGreaterThan(20)
    expect(await press('toggle')).toBe('the cache is on')
    await expect
      .poll(async () => Number.parseFloat(await text('hit-rate')), { timeout: PATIENCE_MS })
      .toBeGreaterThan(50)
  })

  test('a failover fails no request of any visitor, and everybody stays logged in', async () => {
    expect(await press('fail-over')).toBe('a replica is the primary now')
    await eventually('failovers').toBe('1')
    expect(await press('who')).toContain('knows ada')
    const requests = async () => Number.parseInt(await text('visitors'), 10)
    const before = await requests()
    await expect.poll(requests, { timeout: PATIENCE_MS }).toBeGreaterThan(before + 50)
    expect(await text('visitors')).toContain(', 0 failed,')
  })
})
