/** A request whose caller could not prove who they are, or asked for too much. */
export interface Refusal {
  readonly at: number
  readonly requestId: string
  readonly address: string
  readonly code: string
  /** As claimed; nothing is proven. */
  readonly accessKeyId: string | undefined
  /** ARN of a caller who is known. */
  readonly principal?: string | undefined
  readonly operation: string
}

/** Lines written at once after a quiet time. */
const BURST = 100
/** Lines written per second under attack; the others are counted. */
const PER_SECOND = 10
/** What an access key id looks like. Whoever mixes up the two halves of a key sends the secret here, and that has lower-case letters. */
const ACCESS_KEY_ID = /^[A-Z0-9_]{12,32}$/

/**
 * Refusals that the trail does not have, bounded in rate: nobody can fill a disk or drown the log with them. What was left out is counted and
 * said with the next line. Failed authentication is never the trail's business: only who is known leaves records there.
 */
export class SecurityLog {
  readonly #write: (line: Record<string, unknown>) => void
  #tokens = BURST
  #refilledAt = 0
  #suppressed = 0
  /** Refusals since the start, written or not. */
  count = 0

  constructor(write: (line: Record<string, unknown>) => void) {
    this.#write = write
  }

  refused(refusal: Refusal): void {
    this.count++
    this.#refill(refusal.at)
    if (this.#tokens < 1) {
      this.#suppressed++
      return
    }
    this.#tokens--
    const suppressed = this.#suppressed
    this.#suppressed = 0
    this.#write({
      ...refusal,
      at: new Date(refusal.at).toISOString(),
      accessKeyId: shown(refusal.accessKeyId),
      ...(suppressed > 0 && { suppressed }),
    })
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#refilledAt) / 1000
    this.#tokens = Math.min(BURST, this.#tokens + elapsed * PER_SECOND)
    this.#refilledAt = now
  }
}

function shown(accessKeyId: string | undefined): string | undefined {
  if (accessKeyId === undefined || ACCESS_KEY_ID.test(accessKeyId)) return accessKeyId
  return '(not an access key id)'
}
