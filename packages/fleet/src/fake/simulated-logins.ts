import type { NodeSpec } from '@cacheplane/domain'
import { ok, type Call } from '../core/call.ts'
import { findContainer, type EngineWorld } from './world.ts'

/** As users with their passwords. */
export function loginsOf({ saslUsers }: NodeSpec): string[] {
  return saslUsers.map(({ userName, password }) => `${userName}:${password.reveal()}`)
}

/** Its process reads them at once. */
export function giveLogins(world: EngineWorld, ref: string, spec: NodeSpec): Call<void> {
  const container = findContainer(world, ref)
  if (container === undefined) return { kind: 'notFound', because: `no container ${ref}` }
  if (container.process !== null) container.process.logins = loginsOf(spec)
  return ok(undefined)
}
