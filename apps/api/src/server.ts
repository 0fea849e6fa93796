import { describeError, stackFrames } from '@cacheplane/domain'
import { pino } from 'pino'
import { loadConfig } from './config.ts'
import { wireApi } from './wire.ts'

/** A close that hangs must not keep the process; requests that are held are let go at once, so seconds are plenty. */
const CLOSE_WITHIN_MS = 8_000

const config = loadConfig(process.env)
const log = pino({
  name: 'api',
  level: config.CACHEPLANE_LOG_LEVEL,
  redact: ['req.headers.authorization', 'authToken', '*.authToken'],
})

const fatal = (error: unknown): void => {
  log.fatal({ error: describeError(error), at: stackFrames(error) }, 'the API cannot go on')
  process.exit(1)
}
process.on('uncaughtException', fatal)
process.on('unhandledRejection', fatal)

const api = await wireApi(config, log)
await api.app.listen(config.CACHEPLANE_LISTEN)

let isClosing = false
const close = (signal: string): void => {
  if (isClosing) return
  isClosing = true
  log.info({ signal }, 'closing')
  setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref()
  void api.close().then(() => process.exit(0), fatal)
}
process.on('SIGTERM', () => close('SIGTERM'))
process.on('SIGINT', () => close('SIGINT'))
