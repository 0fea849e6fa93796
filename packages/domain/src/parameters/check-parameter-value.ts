import type { Parameter } from './parameter.ts'

/** The largest whole number that every engine takes, less one that the control plane keeps for itself. */
const OPEN_END = 2_147_483_646
/** Sizes of memory may exceed it. */
const OPEN_END_OF_BYTES = 2 ** 53 - 1
const BYTES = /(-limit|-size|-bytes|-than)$/
const RANGE = /^(-?\d+)(?:(-)(\d*))?$/
const INTEGER = /^(0|-?[1-9]\d{0,15})$/
const FLOAT = /^\d{1,4}(\.\d{1,6})?$/

/** Null when the parameter may have this value, otherwise what is allowed. */
export function checkParameterValue(parameter: Parameter, value: string): string | null {
  return allows(parameter, value) ? null : `must be ${describeAllowed(parameter)}`
}

function allows(parameter: Parameter, value: string): boolean {
  const { dataType, allowedValues } = parameter
  switch (dataType) {
    case 'integer':
      return INTEGER.test(value) && inRanges(parameter, Number(value))
    case 'float':
      return FLOAT.test(value) && Number(value) > 1 && inRanges(parameter, Number(value))
    case 'string':
      if (isLetters(parameter)) return [...value].every((letter) => allowedValues.includes(letter))
      return allowedValues.split(',').includes(value)
  }
}

function isLetters({ dataType, allowedValues }: Parameter): boolean {
  return dataType === 'string' && !allowedValues.includes(',')
}

function inRanges({ name, allowedValues }: Parameter, value: number): boolean {
  const openEnd = BYTES.test(name) ? OPEN_END_OF_BYTES : OPEN_END
  return allowedValues.split(',').some((part) => {
    const [, low = '', dash, high = ''] = RANGE.exec(part) ?? []
    if (dash === undefined) return value === Number(low)
    return value >= Number(low) && value <= (high === '' ? openEnd : Number(high))
  })
}

function describeAllowed(parameter: Parameter): string {
  const { dataType, allowedValues } = parameter
  if (isLetters(parameter)) return `any of the letters ${allowedValues}`
  if (dataType === 'string') return `one of ${allowedValues.split(',').join(', ')}`
  const ranges = allowedValues
    .split(',')
    .map((part) => part.replace(/^(-?\d+)-(\d+)$/, '$1 to $2').replace(/^(-?\d+)-$/, '$1 or more'))
  return `a ${dataType === 'float' ? 'number above 1' : 'whole number'}: ${ranges.join(', ')}`
}
