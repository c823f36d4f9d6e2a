import type { DeliverySigner } from '../seal/delivery-signature.ts'
import { FunctionError, type RotationEvent } from './rotation-functions.ts'

export interface WebhookCall {
  readonly url: URL
  readonly event: RotationEvent
  readonly sign: DeliverySigner
  /** Milliseconds. */
  readonly now: number
}

/** Header with the signature of a body: that of all that Coffer sends. */
const SIGNATURE_HEADER = 'coffer-signature'
/** Longest wait for the answer: the HTTP client waits no longer for its first line. */
const WEBHOOK_MS = 5 * 60_000

/**
 * Posts the event of a step as JSON, signed with its time. Resolves when the receiver says by its status that the step is done; what else it says is
 * not read, and redirects are not followed. Rejects with FunctionError when it failed, or could not be reached.
 */
export async function invokeWebhook({ url, event, sign, now }: WebhookCall, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'coffer',
    [SIGNATURE_HEADER]: sign(body, Math.floor(now / 1000)),
  }
  let response: Response
  try {
    const end = AbortSignal.any([signal, AbortSignal.timeout(WEBHOOK_MS)])
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: end })
    await response.body?.cancel()
  } catch {
    // The address may hold a token.
    throw new FunctionError(`The webhook cannot be reached at ${url.origin}, or took too long`)
  }
  if (!response.ok) throw new FunctionError(`The webhook answered with status ${response.status}`)
}
