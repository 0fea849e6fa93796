import { sessionStore } from './session-store.ts'
import type { SessionOptions } from './sessions.ts'

/**
 * A store for `express-session`.
 *
 * @param Store the class that `express-session` exports, so that this library need not depend on it
 * @example session({ store: expressStore(session.Store, { cache }), secret, resave: false, saveUninitialized: false })
 */
export function expressStore<S extends object>(Store: abstract new () => S, options: SessionOptions): S {
  const Base = Store as unknown as new () => object
  const store = new (class CacheStore extends Base {})()
  return Object.assign(store, sessionStore(options)) as unknown as S
}
