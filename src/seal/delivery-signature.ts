import { createHmac, createSecretKey } from 'node:crypto'

/** What stands in front of a signature, so that another kind can come one day. */
const VERSION = 'v1'

/** Signs what is sent to a receiver: the value of a header. */
export type DeliverySigner = (body: string, seconds: number) => string

/**
 * Signatures by which a receiver knows who sent a body, and when: `t=<seconds>,v1=<hex>`, HMAC-SHA-256 over the seconds, a dot and the body.
 *
 * @param key shared with the receiver; any text
 */
export function deliverySigner(key: string): DeliverySigner {
  const secret = createSecretKey(Buffer.from(key))
  return (body, seconds) => {
    const signature = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
    return `t=${seconds},${VERSION}=${signature}`
  }
}
