import { FunctionError } from './rotation-functions.ts'

/** What a promise becomes; rejects with FunctionError as soon as the signal says so. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new FunctionError('The rotation function was stopped, or took too long'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
