/** What a parameter group says otherwise than its family: names to values, as text. */
export type ParameterValues = Readonly<Record<string, string>>

export function isSameValues(a: ParameterValues, b: ParameterValues): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

export interface Parameter {
  name: string
  description: string
  dataType: 'string' | 'integer' | 'float'
  /** ElastiCache's notation: `yes,no`, `1-75`, `0,20-`. */
  allowedValues: string
  default: string
  /** `while-unattached`: only as long as no cache uses the group. */
  modifiable: 'always' | 'while-unattached' | 'never'
  /** `requires-reboot`: a node takes it up when it is started the next time. */
  changeType: 'immediate' | 'requires-reboot'
}

/** A value that depends on the node type and is nobody's to change. */
export interface NodeTypeParameter extends Omit<Parameter, 'default'> {
  valueOf: (cacheNodeType: string) => string | null
}
