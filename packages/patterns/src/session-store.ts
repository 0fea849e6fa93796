import { fieldsOf, toJson, type SessionFields } from './session-fields.ts'
import { Sessions, type SessionOptions } from './sessions.ts'

/** A session as `express-session` and `@fastify/session` have it: fields of the application's, and a cookie. */
export interface StoredSession {
  cookie: { originalMaxAge: number | null }
}

type Done = (error?: unknown) => void

/** The store that `@fastify/session` takes; `expressStore` makes one for `express-session`. */
export interface SessionStore {
  get(id: string, callback: (error: unknown, session?: StoredSession | null) => void): void
  set(id: string, session: StoredSession, callback?: Done): void
  touch(id: string, session: StoredSession, callback?: Done): void
  destroy(id: string, callback?: Done): void
}

/** The field of a session in memory that remembers what was read. It is never stored. */
const LOADED = '@loaded'

/**
 * Sessions of which overlapping requests lose nothing: each request's changes are merged field by field into what is
 * stored when it ends, and a session that was destroyed or regenerated meanwhile is not brought back.
 *
 * On Memcached a session is lost with its node.
 */
export function sessionStore(options: SessionOptions): SessionStore {
  const sessions = new Sessions(options)
  return {
    get: (id, callback) => {
      tell(callback, async () => {
        const fields = await sessions.read(id)
        if (fields === null) return null
        const session = JSON.parse(toJson(fields)) as StoredSession
        return Object.assign(session, { [LOADED]: new Loaded(fields) })
      })
    },
    set: (id, session, callback) => {
      tell(callback, () => save(sessions, id, session))
    },
    touch: (id, session, callback) => {
      tell(callback, async () => void (await sessions.touch(id, sessions.lifeOf(session))))
    },
    destroy: (id, callback) => {
      tell(callback, () => sessions.destroy(id))
    },
  }
}

class Loaded {
  constructor(public fields: SessionFields) {}

  /** Leaves it out of what is stored, and of what the frameworks compare. */
  toJSON(): undefined {
    return undefined
  }
}

async function save(
  sessions: Sessions,
  id: string,
  session: StoredSession & { [LOADED]?: unknown },
): Promise<void> {
  const fields = fieldsOf(session)
  const lifeMs = sessions.lifeOf(session)
  const loaded = session[LOADED]
  if (loaded instanceof Loaded) {
    if ((await sessions.update(id, loaded.fields, fields, lifeMs)) !== null) loaded.fields = fields
    return
  }
  await sessions.create(id, fields, lifeMs)
  session[LOADED] = new Loaded(fields)
}

/** Errors of the callback itself are the caller's. */
function tell<T>(callback: ((error: unknown, answer?: T) => void) | undefined, work: () => Promise<T>): void {
  work().then(
    (answer) => process.nextTick(() => callback?.(null, answer)),
    (error: unknown) => process.nextTick(() => callback?.(error)),
  )
}
