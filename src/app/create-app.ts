import { type Admission, admit, type HandleParts, MAX_BODY_BYTES, tooLarge } from './handle.ts'
import { type Refusal, refusalResponse } from './refusal.ts'
import type { RequestHead, Response } from './request.ts'

/** Coffer without sockets: from requests to responses. */
export interface App {
  /** What the head alone decides; the body is read only for a request that is let in. */
  admit(head: RequestHead): Admission
  /** The answer to a request that is refused before it is dispatched, in the protocol of the service that it addresses. */
  refuse(head: RequestHead, refusal: Refusal): Response
  /** One request with its body, whole. */
  handle(head: RequestHead, body: Uint8Array): Promise<Response>
}

export function createApp(parts: HandleParts): App {
  const refuse = (head: RequestHead, refusal: Refusal) => refusalResponse(head, refusal, parts.services)
  return {
    admit: (head) => admit(head, parts),
    refuse,
    async handle(head, body) {
      const admission = admit(head, parts)
      if ('refused' in admission) return admission.refused
      return body.byteLength > MAX_BODY_BYTES ? refuse(head, tooLarge) : admission.answer(body)
    },
  }
}
