import { FUNCTION_MS, type RotationHandler } from './function-target.ts'
import { FunctionError, type RotationEvent } from './rotation-functions.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Names of errors, and nothing that could be a sentence. */
const ERROR_NAME = /^[A-Z][A-Za-z]{2,63}$/

/** Calls a function of this process. Rejects with FunctionError when it fails or takes too long; it goes on then, unless it looks at the signal. */
export async function invokeHandler(handler: RotationHandler, event: RotationEvent, stop: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(FUNCTION_MS)])
  try {
    await unlessAborted(Promise.resolve(handler(event, signal)), signal)
  } catch (error) {
    if (error instanceof FunctionError) throw error
    const name = error instanceof Error && ERROR_NAME.test(error.name) ? `: ${error.name}` : ''
    throw new FunctionError(`The rotation function failed${name}`)
  }
}
