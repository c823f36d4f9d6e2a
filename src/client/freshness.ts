import type { Failure } from './failure.ts'

/** When a value was read and how long it lives. All in milliseconds of the reader's clock. */
export interface Lifetime {
  /** When the call was sent that brought it: it was current at some moment from then on. */
  readonly sentAt: number
  /** From here on a read renews it in the background. */
  readonly refreshAt: number
  /** Until here it is served without asking. */
  readonly expiresAt: number
}

/** What a reader knows of a secret when it is asked for it. */
export interface Known {
  readonly life?: Lifetime | undefined
  /** The newest attempt, where it failed. */
  readonly failed?: { readonly failure: Failure; readonly until: number } | undefined
  /** When `refresh` last asked. */
  readonly refreshedAt?: number | undefined
}

/**
 * What to do with a read.
 * - `serve`: what is held; `serve-and-refresh`: the same, and renew it; `serve-stale`: the same, marked
 * - `fail`: with the remembered failure
 * - `ask`: the server, together with whoever else asks; `ask-anew`: by a call that is not yet sent
 */
export type Plan = 'serve' | 'serve-and-refresh' | 'serve-stale' | 'fail' | 'ask' | 'ask-anew'

export interface LifetimeRules {
  readonly timeToLive: number
  readonly jitter: number
  readonly refreshAhead: number
}

/** The life of a value. @param draw a random number from 0 up to 1 */
export function lifetimeOf(sentAt: number, rules: LifetimeRules, draw: number): Lifetime {
  const length = rules.timeToLive * (1 - rules.jitter * draw)
  return { sentAt, refreshAt: sentAt + length * (1 - rules.refreshAhead), expiresAt: sentAt + length }
}

export interface ReadRules {
  readonly staleFor: number
  /** A value must be younger for the caller to take it, beside its time to live. */
  readonly maxAge: number
}

/** What to do with a plain read. */
export function planRead({ life, failed }: Known, now: number, { staleFor, maxAge }: ReadRules): Plan {
  const remembered = failed !== undefined && now < failed.until
  if (life && now < life.expiresAt && now - life.sentAt < maxAge)
    return now >= life.refreshAt && !remembered ? 'serve-and-refresh' : 'serve'
  if (!remembered) return 'ask'
  return mayServeStale(failed.failure, life, now, staleFor) ? 'serve-stale' : 'fail'
}

/** What to do with a read that wants nothing older than itself, though not more often than the floor allows. */
export function planRefresh(known: Known, now: number, rules: ReadRules & { readonly refreshFloor: number }): Plan {
  const { refreshedAt } = known
  const tooSoon = refreshedAt !== undefined && now - refreshedAt < rules.refreshFloor
  return tooSoon ? planRead(known, now, rules) : 'ask-anew'
}

/** Whether the last good value may stand in for an answer: only where there was none, and for a bounded time. */
export function mayServeStale(failure: Failure, life: Lifetime | undefined, now: number, staleFor: number): boolean {
  return failure.kind === 'unreachable' && life !== undefined && now < life.expiresAt + staleFor
}
