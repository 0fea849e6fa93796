import type { Secret } from '../secret.ts'
import type { SaslUser } from '../ports/fleet.ts'
import type { Findings } from './findings.ts'

/** A wish for a user: absent or of the right type, otherwise unchecked. */
export interface SaslUserWish {
  userName?: string | undefined
  password?: Secret | undefined
}

/** Memcached reads eight, and one of them is the control plane. */
const USERS_MAX = 7
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/
/** As ElastiCache takes passwords, but for what Memcached cannot read: it cuts at spaces, and the name from it at a colon. */
const PASSWORD = /^[A-Za-z0-9!&#$^<>-]{16,128}$/

/** Who may log in to a Memcached cluster; an extension of ours. */
export function checkSaslUsers(
  findings: Findings,
  users: readonly SaslUserWish[],
  engine: string | null,
): SaslUser[] {
  if (users.length > 0 && engine !== null && engine !== 'memcached')
    findings.combination('saslUsers', `saslUsers is not supported for engine ${engine}.`)
  if (users.length > USERS_MAX) findings.value('saslUsers', `saslUsers must have at most ${USERS_MAX} users.`)
  const names = users.map(({ userName }) => userName)
  if (new Set(names).size < names.length)
    findings.value('saslUsers', 'saslUsers must not name the same user twice.')
  return users.flatMap(({ userName, password }, i) => {
    if (userName === undefined || !NAME.test(userName))
      findings.value(
        `saslUsers[${i}].userName`,
        'userName must have 1 to 64 letters, digits and . _ - only, a letter first.',
      )
    if (password === undefined || !PASSWORD.test(password.reveal()))
      findings.value(
        `saslUsers[${i}].password`,
        'password must have 16 to 128 characters: letters, digits and ! & # $ ^ < > - only.',
      )
    return userName === undefined || password === undefined ? [] : [{ userName, password }]
  })
}
