import type { Entities, Kind } from '../identity/entities.ts'
import type { ListQuery } from '../identity/identity-store.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'

/** Items on a page unless the request wants fewer (IAM reference, MaxItems). */
const DEFAULT_PAGE = 100

interface Paging {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** A part of a list, and the members that say how it goes on. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly paging: { readonly IsTruncated: boolean; readonly Marker: string | undefined }
}

type Needs = Pick<IamContext, 'account' | 'now' | 'store' | 'tokens'>

/** A page of the entities of a kind. Throws ValidationError for a marker that is not one of this list. */
export function pageOf<K extends Kind>(
  kind: K,
  { PathPrefix, ...paging }: Paging & { readonly PathPrefix?: string | undefined },
  context: Needs,
): Promise<Page<Entities[K]>> {
  const read = (query: ListQuery) => context.store.list(kind, context.account, { ...query, pathPrefix: PathPrefix })
  return pageBy(['list', kind, PathPrefix ?? ''], paging, read, context)
}

/** Something on a list. */
interface Listed {
  readonly name: string
  /** True where the page is full before it, however many are wanted; never of the first. */
  readonly beyond?: boolean | undefined
}

/**
 * A page of anything that is read in the order of names.
 *
 * @param list what the list is of: a marker is valid for this alone
 */
export async function pageBy<T extends Listed>(
  list: readonly unknown[],
  { Marker, MaxItems = DEFAULT_PAGE }: Paging,
  read: (query: ListQuery) => Promise<readonly T[]>,
  { account, now, tokens }: Needs,
): Promise<Page<T>> {
  const bound = ['iam', account, ...list]
  const after = Marker === undefined ? undefined : tokens.read(Marker, bound, now)
  if (Marker !== undefined && typeof after !== 'string') throw errors.validation('Invalid Marker.')
  // One more than fits tells whether there is more.
  const found = await read({ after: after as string | undefined, limit: MaxItems + 1 })
  const full = found.findIndex(({ beyond = false }) => beyond)
  const items = found.slice(0, full < 0 ? MaxItems : Math.min(full, MaxItems))
  const last = found.length > items.length ? items.at(-1) : undefined
  return {
    items,
    paging: { IsTruncated: last !== undefined, Marker: last && tokens.make(last.name, bound, now) },
  }
}

/** A page of a list that is at hand already, sorted by name here as the store sorts. */
export function pageOfNames<T extends { readonly name: string }>(
  list: readonly unknown[],
  items: readonly T[],
  paging: Paging,
  context: Needs,
): Promise<Page<T>> {
  const sorted = items.toSorted((left, right) => (sortKey(left.name) < sortKey(right.name) ? -1 : 1))
  const read = async ({ after, limit }: ListQuery) =>
    sorted.filter(({ name }) => after === undefined || sortKey(name) > sortKey(after)).slice(0, limit)
  return pageBy(list, paging, read, context)
}

/** Without regard to case first: names that differ in nothing else follow each other. */
const sortKey = (name: string) => `${name.toLowerCase()}/${name}`

/** A page of a short list that is at hand already and has an order of its own. A marker counts: what stands there may be longer than one. */
export async function pageOfItems<T>(
  list: readonly unknown[],
  items: readonly T[],
  paging: Paging,
  context: Needs,
): Promise<Page<T>> {
  const read = async ({ after = '0', limit }: ListQuery) => {
    const start = Number(after)
    return items.slice(start, start + limit).map((item, index) => ({ name: String(start + index + 1), item }))
  }
  const page = await pageBy(list, paging, read, context)
  return { ...page, items: page.items.map(({ item }) => item) }
}
