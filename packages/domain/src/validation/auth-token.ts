import type { Secret } from '../secret.ts'
import type { Findings } from './findings.ts'

const TOKEN = /^[A-Za-z0-9!&#$^<>-]{16,128}$/

/** ElastiCache's alphabet and length, and never over a connection that anybody can read (elasticache-reference, 6.1). */
export function checkAuthToken(findings: Findings, token: Secret | undefined, tls: boolean): Secret | null {
  if (token === undefined) return null
  if (!TOKEN.test(token.reveal())) {
    findings.value(
      'authToken',
      'Invalid AuthToken provided. It must have 16 to 128 characters: letters, digits and ! & # $ ^ < > - only.',
    )
  }
  if (!tls) {
    findings.combination('authToken', 'authToken can be used only when transitEncryptionEnabled is true.')
  }
  return token
}
