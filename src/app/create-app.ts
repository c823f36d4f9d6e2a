import { type Admission, admit, type HandleParts, MAX_BODY_BYTES } from './handle.ts'
import type { RequestHead, Response } from './request.ts'

/** Coffer without sockets: from requests to responses. */
export interface App {
  /** What the head alone decides; the body is read only for a request that is let in. */
  admit(head: RequestHead): Admission
  /** One request with its body, whole. */
  handle(head: RequestHead, body: Uint8Array): Promise<Response>
}

export function createApp(parts: HandleParts): App {
  return {
    admit: (head) => admit(head, parts),
    async handle(head, body) {
      const admission = admit(head, parts)
      if ('refused' in admission) return admission.refused
      return body.byteLength > MAX_BODY_BYTES ? admission.refuse('too large') : admission.answer(body)
    },
  }
}
