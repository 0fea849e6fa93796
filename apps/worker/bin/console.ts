import { start } from 'node:repl'
import { fileURLToPath } from 'node:url'
import * as domain from '@cacheplane/domain'
import { lookForViolations } from '../src/lasting-violations.ts'
import { openInstallation } from '../src/open-installation.ts'

/** A prompt inside of the running installation: `await store.audit()`, `await fleet.survey()`, `await violations()`. */
const installation = await openInstallation(process.env, fileURLToPath(new URL('../../..', import.meta.url)))
const { config, store, fleet } = installation

console.log(`Cacheplane ${config.CACHEPLANE_INSTALLATION}: store, fleet, domain, violations(), await works`)
const repl = start({ prompt: 'cacheplane> ' })
Object.assign(repl.context, { store, fleet, domain, violations: () => lookForViolations(installation) })
repl.on('exit', () => void installation.close().finally(() => process.exit()))
