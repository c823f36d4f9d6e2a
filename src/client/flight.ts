import type { Failure } from './failure.ts'
import type { HeldSecret } from './secret-cache.ts'
import { asksForCurrent, nameIn, type SecretRequest } from './secret-id.ts'

/** How a flight ends for those who wait: a value that is the cache's own until they have copied it, or a failure. */
export type Landing =
  | { readonly held: HeldSecret; readonly failure?: undefined }
  | { readonly failure: Failure; readonly held?: undefined }

/** One question to the server, from when it is wanted until its answer: whoever wants the same meanwhile waits with the others. */
export interface Flight {
  readonly key: string
  readonly request: SecretRequest
  /** The name that tells answers of one call apart. */
  readonly name: string
  /** Goes by GetSecretValue, not in a batch. */
  alone: boolean
  /** Wanted by `refresh`. */
  readonly forced: boolean
  readonly waiters: Set<(landing: Landing) => void>
  /** When its call was sent; undefined while it is queued. */
  sentAt: number | undefined
}

export function newFlight(key: string, request: SecretRequest, forced: boolean): Flight {
  return {
    key,
    request,
    name: nameIn(request.id),
    alone: !asksForCurrent(request),
    forced,
    waiters: new Set(),
    sentAt: undefined,
  }
}
