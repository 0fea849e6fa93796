import { connectReplicationGroup, redisCache, sessionStore, type StoredSession } from '@cacheplane/patterns'
import { setTimeout as sleep } from 'node:timers/promises'
import { NODE_FAULTS } from '../../support/node-faults.ts'
import type { ReplicatedGroup } from '../../support/replicated-group.ts'
import type { Later } from '../later.ts'
import type { Reading } from '../report.ts'

const USERS = 20
const THINK_MS = 10
const WHOLE_WITHIN_MS = 60_000
const SETTLE_MS = 300

type Visited = StoredSession & { visits?: number }

/** Users of two instances visit while the primary is killed, time and again: requests that fail, and the slowest. */
export async function measureSessions(
  group: ReplicatedGroup,
  later: Later,
  rounds: number,
): Promise<Reading> {
  const { primaryPort } = await group.state()
  const instances = [0, 1].map(() => {
    const connection = connectReplicationGroup({
      primaryEndpoint: { address: '127.0.0.1', port: primaryPort },
    })
    later.add(async () => connection.close())
    return sessionStore({ cache: redisCache(connection.primary) })
  })
  let [requests, failed, slowestMs, isOver] = [0, 0, 0, false]
  const visit = (user: number, turn: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const store = instances[turn % instances.length]
      const id = `user-${user}`
      store?.get(id, (error, found) => {
        if (error !== null) return reject(error)
        const session: Visited = found ?? { cookie: { originalMaxAge: null } }
        session.visits = (session.visits ?? 0) + 1
        store.set(id, session, (lost) => (lost === null ? resolve() : reject(lost)))
      })
    })
  const use = async (user: number): Promise<void> => {
    for (let turn = user; !isOver; turn += 1) {
      const begunMs = performance.now()
      await visit(user, turn).catch(() => (failed += 1))
      requests += 1
      slowestMs = Math.max(slowestMs, performance.now() - begunMs)
      await sleep(THINK_MS)
    }
  }
  const users = Array.from({ length: USERS }, (_, user) => use(user))
  for (let round = 0; round < rounds; round += 1) {
    await sleep(SETTLE_MS)
    const before = await group.failovers()
    await NODE_FAULTS['process killed'](await group.containerOf(await group.primary()))
    await group.isWholeAfter(before, WHOLE_WITHIN_MS)
  }
  isOver = true
  await Promise.all(users)
  return {
    name: 'sessions',
    what: `failed of ${requests} requests with sessions during ${rounds} failovers`,
    value: `${failed}, slowest ${slowestMs.toFixed(0)} ms`,
    goal: '0',
    isMet: failed === 0,
  }
}
