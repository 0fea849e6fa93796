import { type Findings, missing } from './findings.ts'

const IDENTIFIER = /^[A-Za-z](?:-?[A-Za-z0-9])*$/

export const MAX_REPLICATION_GROUP_ID = 40
export const MAX_CACHE_CLUSTER_ID = 50
const MAX_DESCRIPTION = 255
const ZONE_NAME = /^[a-z](?:-?[a-z0-9])*$/

/** A letter first, then letters, digits and single hyphens, none at the end (elasticache-reference, 1.1). */
export function isIdentifier(text: string, maxLength: number): boolean {
  return text.length <= maxLength && IDENTIFIER.test(text)
}

/** Identifiers are stored and compared in lower case. Returns an empty string where there is a finding. */
export function checkIdentifier(
  findings: Findings,
  path: string,
  text: string | undefined,
  maxLength: number,
): string {
  if (text === undefined) {
    findings.value(path, missing(path))
    return ''
  }
  if (!IDENTIFIER.test(text)) {
    findings.value(
      path,
      `The parameter ${path} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII ` +
        'letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.',
    )
    return ''
  }
  if (text.length > maxLength) {
    findings.value(path, `The parameter ${path} must be at most ${maxLength} characters long.`)
    return ''
  }
  return text.toLowerCase()
}

export function checkDescription(findings: Findings, path: string, text: string | undefined): string {
  if (text === undefined) findings.value(path, missing(path))
  else if (text.trim() === '') findings.value(path, `The parameter ${path} must not be empty.`)
  else if (text.length > MAX_DESCRIPTION) {
    findings.value(path, `The parameter ${path} must be at most ${MAX_DESCRIPTION} characters long.`)
  } else if (hasControlCharacters(text)) {
    findings.value(path, `The parameter ${path} must not contain control characters.`)
  }
  return text ?? ''
}

export function checkZone(findings: Findings, path: string, name: string): string {
  if (name.length > 63 || !ZONE_NAME.test(name)) {
    findings.value(
      path,
      `The parameter ${path} is not the name of an availability zone; names look like local-1a.`,
    )
  }
  return name
}

function hasControlCharacters(text: string): boolean {
  return /\p{Cc}|\p{Cs}/u.test(text)
}
