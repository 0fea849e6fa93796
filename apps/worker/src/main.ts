import { describeError, stackFrames } from '@cacheplane/domain'
import { pino } from 'pino'
import { loadConfig } from './config.ts'
import { startWatchdog } from './watchdog.ts'
import { wireWorker } from './wire.ts'

/** A close that hangs must not keep the process: the leases it holds run out by themselves. */
const CLOSE_WITHIN_MS = 8_000

const config = loadConfig(process.env)
const log = pino({ name: 'worker', level: config.CACHEPLANE_LOG_LEVEL })

const fatal = (error: unknown): void => {
  log.fatal({ error: describeError(error), at: stackFrames(error) }, 'the worker cannot go on')
  process.exit(1)
}
process.on('uncaughtException', fatal)
process.on('unhandledRejection', fatal)

const stopWatchdog = startWatchdog(new URL('./watchdog-thread.js', import.meta.url))
const worker = await wireWorker(config, log)
log.info({ zones: config.CACHEPLANE_ZONES.map((zone) => zone.name) }, 'the worker is at work')

let isClosing = false
const close = (signal: string): void => {
  if (isClosing) return
  isClosing = true
  log.info({ signal }, 'closing')
  setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref()
  void Promise.all([worker.close(), stopWatchdog()]).then(() => process.exit(0), fatal)
}
process.on('SIGTERM', () => close('SIGTERM'))
process.on('SIGINT', () => close('SIGINT'))
