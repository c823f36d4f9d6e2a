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
export async function signedPost({ url, sign, now, ...limits }: Receiver, body: string, signal: AbortSignal) {
  const timeout = AbortSignal.timeout(limits.answerMs ?? ANSWER_MS)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'coffer',
    [SIGNATURE_HEADER]: sign(body, Math.floor(now() / 1000)),
  }
  let response: Response
  try {
    const end = AbortSignal.any([signal, timeout])
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: end })
    await response.body?.cancel()
  } catch (error) {
    throw new SinkError(timeout.aborted ? 'the receiver did not answer in time' : reasonOf(error))
  }
  if (!response.ok) throw new SinkError(`the receiver answered with status ${response.status}`)
}

/** The code of the failure alone: messages may repeat addresses that hold a token. */
function reasonOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
  return `the receiver cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`
}
