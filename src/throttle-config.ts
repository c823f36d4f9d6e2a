import { ConfigError } from './config-error.ts'

/** Of a durable installation, ours: whoever means well does not meet it, and tries again when they do. */
export const DEFAULT_RATE_FACTOR = 10
/** Below, hardly anything would be answered; above, nothing is held back that a process could do. */
const MIN_RATE_FACTOR = 0.01
const MAX_RATE_FACTOR = 1000

/** How many times AWS's rates each caller may have, as it was given; undefined for as much as they like. Throws ConfigError. */
export function rateFactorOf(text: string): number | undefined {
  if (text === 'off') return undefined
  const factor = /^\d{1,4}(\.\d{1,4})?$/.test(text) ? Number(text) : Number.NaN
  if (!(factor >= MIN_RATE_FACTOR && factor <= MAX_RATE_FACTOR))
    throw new ConfigError(
      `Cannot use the throttle: ${text}: wanted off, or a number from ${MIN_RATE_FACTOR} to ${MAX_RATE_FACTOR} that multiplies AWS's rates`,
    )
  return factor
}
