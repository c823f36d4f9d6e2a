import type { TestApp } from '../start-app.ts'

// AWS's texts, deliberately not those of src/.
export const THROTTLED = { name: 'ThrottlingException', message: 'Rate exceeded', $fault: 'client' } as const
export const KMS_THROTTLED = {
  name: 'ThrottlingException',
  message: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
} as const
export const QUERY_THROTTLED = { name: 'Throttling', message: 'Rate exceeded' } as const

/** Of AWS's rates: 50 reads of values a second, 50 cryptographic operations, 3 requests to STS; of the slower ones, one at a time. */
export const RATE_FACTOR = 0.005
export const READS = 50

/** Goes on until every bucket is full again. */
export const rest = ({ clock }: TestApp) => clock.advance(15 * 60_000)

/** How many of the calls are answered, one after the other, before one is throttled; at most `limit`. */
export async function answeredUntilThrottled(call: () => Promise<unknown>, limit = 200): Promise<number> {
  for (let answered = 0; answered < limit; answered++)
    try {
      await call()
    } catch (error) {
      if (error instanceof Error && ['ThrottlingException', 'Throttling'].includes(error.name)) return answered
      // Any other refusal is an answer too.
    }
  return limit
}
