import type { SecretsContext } from './context.ts'
import { errors } from './errors.ts'
import { compileFilters, drivers, type Filter, matches } from './filters.ts'
import type { Secret } from './secret.ts'
import type { Position, SortKey, TamperedError } from './secrets-store.ts'

export interface ListRequest {
  /** Tokens of one operation are none of another. */
  readonly operation: string
  readonly filters: readonly Filter[]
  readonly limit: number
  readonly token: string | undefined
  readonly sortBy?: SortKey | undefined
  readonly descending?: boolean | undefined
  readonly includeDeleted?: boolean | undefined
}

export interface ListedPage {
  readonly items: readonly (Secret | TamperedError)[]
  readonly next: string | undefined
}

/** One page of the caller's secrets that pass the filters. Throws InvalidNextTokenException for a token of another query. */
export async function listPage(request: ListRequest, context: SecretsContext): Promise<ListedPage> {
  const { operation, filters, sortBy = 'created', descending = false, includeDeleted = false } = request
  const { scope, store, tokens, now } = context
  const query = [operation, scope.account, scope.region, filters, sortBy, descending, includeDeleted]
  const after = request.token === undefined ? undefined : (tokens.read(request.token, query, now) as Position)
  if (request.token !== undefined && after === undefined) throw errors.nextToken()
  const compiled = compileFilters(filters)
  const page = await store.page({
    scope,
    sortBy,
    descending,
    after,
    limit: request.limit,
    drivers: drivers(compiled),
    matches: (secret) => (includeDeleted || secret.deletedAt === undefined) && matches(compiled, secret),
  })
  return { items: page.items, next: page.next && tokens.make(page.next, query, now) }
}
