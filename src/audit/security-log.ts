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

/** How many lines are written; the others are counted. */
export interface LineRate {
  /** At once, after a quiet time. */
  readonly burst: number
  /** In each second of an attack. */
  readonly perSecond: number
}

const LINES: LineRate = { burst: 100, perSecond: 10 }
/** What an access key id looks like. Whoever mixes up the two halves of a key sends the secret here, and that has lower-case letters. */
const ACCESS_KEY_ID = /^[A-Z0-9_]{12,32}$/

/**
 * Refusals that the trail does not have, bounded in rate: nobody can fill a disk or drown the log with them. What was left out is counted and
 * said with the next line. Failed authentication is never the trail's business: only who is known leaves records there.
 */
export class SecurityLog {
  readonly #write: (line: Record<string, unknown>) => void
  readonly #rate: LineRate
  #tokens: number
  #refilledAt = 0
  #suppressed = 0
  /** Refusals since the start, written or not. */
  count = 0

  constructor(write: (line: Record<string, unknown>) => void, rate = LINES) {
    this.#write = write
    this.#rate = rate
    this.#tokens = rate.burst
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
    const { burst, perSecond } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + elapsed * perSecond)
    this.#refilledAt = now
  }
}

function shown(accessKeyId: string | undefined): string | undefined {
  if (accessKeyId === undefined || ACCESS_KEY_ID.test(accessKeyId)) return accessKeyId
  return '(not an access key id)'
}
