import { orderedOperators } from './ordered.ts'

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$/

/** A number written as integer or decimal; undefined for any other text. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim()
  return DECIMAL.test(trimmed) ? Number(trimmed) : undefined
}

/** Integers and decimals; both sides are texts. */
export const numericOperators = orderedOperators('Numeric', readNumber)
