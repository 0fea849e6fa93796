import type { Actor } from './actor.ts'
import type { Turnstile } from './turnstile.ts'

/** The same object, each of whose asynchronous calls waits at the turnstile and shares the fate of its actor. */
export function throughTurnstile<T extends object>(
  target: T,
  turnstile: Turnstile,
  actor: Actor,
  kind: 'database' | 'fleet',
  untouched: readonly string[] = [],
): T {
  return new Proxy(target, {
    get(object, name) {
      const member: unknown = Reflect.get(object, name)
      if (typeof member !== 'function' || untouched.includes(String(name))) return member
      return (...args: unknown[]) =>
        turnstile.pass(actor, labelOf(name, args), kind, () =>
          Promise.resolve(Reflect.apply(member, object, args)),
        )
    },
  })
}

function labelOf(name: string | symbol, [first]: readonly unknown[]): string {
  return typeof first === 'string' ? `${String(name)} ${first}` : String(name)
}
