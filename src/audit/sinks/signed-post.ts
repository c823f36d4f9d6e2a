import type { DeliverySigner } from '../../seal/delivery-signature.ts'
import { SinkError } from './sink.ts'

/** A receiver that has not answered by then is asked again. */
export const ANSWER_MS = 30_000
/** Header with the signature of a body. */
export const SIGNATURE_HEADER = 'coffer-signature'

export interface Receiver {
  readonly url: URL
  readonly sign: DeliverySigner
  readonly now: () => number
  readonly answerMs?: number | undefined
}

/**
 * Posts a JSON body, signed for now. Resolves when the receiver has answered that it has it; rejects with SinkError otherwise. What it says
 * beside its status is not read, and redirects are not followed.
 */
export async function signedPost(receiver: Receiver, body: string, signal: AbortSignal): Promise<void> {
  const stopped = Promise.withResolvers<never>()
  const abort = new AbortController()
  const stop = (reason: string) => {
    stopped.reject(new SinkError(reason))
    abort.abort()
  }
  const onEnd = () => stop('the server ends')
  if (signal.aborted) onEnd()
  signal.addEventListener('abort', onEnd, { once: true })
  const timer = setTimeout(() => stop('the receiver did not answer in time'), receiver.answerMs ?? ANSWER_MS)
  try {
    // The end of the wait is not left to fetch, which does not always hear of it.
    await Promise.race([post(receiver, body, abort.signal), stopped.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onEnd)
  }
}

async function post({ url, sign, now }: Receiver, body: string, signal: AbortSignal): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'coffer',
    [SIGNATURE_HEADER]: sign(body, Math.floor(now() / 1000)),
  }
  let response: Response
  try {
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await response.body?.cancel()
  } catch (error) {
    throw new SinkError(reasonOf(error))
  }
  if (!response.ok) throw new SinkError(`the receiver answered with status ${response.status}`)
}

/** The code of the failure alone: messages may repeat addresses that hold a token. */
function reasonOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
  return `the receiver cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`
}
