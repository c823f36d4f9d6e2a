import type { ListQuery } from '../identity/identity-store.ts'
import type { IamContext } from './context.ts'
import { type Page, pageBy } from './list-entities.ts'

/** Rows that are read at a time where it is not known how many are wanted. */
const BATCH = 100

/** Everything that a query finds, read piece by piece. */
export async function* walk<T extends { readonly name: string }>(
  read: (query: ListQuery) => Promise<readonly T[]>,
  after?: string,
): AsyncGenerator<T> {
  for (let last = after; ; ) {
    const found = await read({ after: last, limit: BATCH })
    yield* found
    if (found.length < BATCH) return
    last = found.at(-1)?.name
  }
}

/** One of several lists that follow each other. */
export interface Part<T> {
  readonly key: string
  /** Its items in the order of their names, those behind a name. */
  items(after: string | undefined): AsyncIterable<T> | Iterable<T>
}

/** How much of a list fits on a page, beside the number of items. */
export interface Room<T> {
  readonly limit: number
  weigh(item: T): number
}

interface Paging {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/**
 * A page of lists that follow each other.
 *
 * @param list what the list is of: a marker is valid for this alone
 * @param room a page whose items weigh more ends before the one with which they do; the first is always there
 */
export async function pageOfParts<T extends { readonly name: string }>(
  list: readonly unknown[],
  parts: readonly Part<T>[],
  paging: Paging,
  context: IamContext,
  room: Room<T> = { limit: 0, weigh: () => 0 },
): Promise<Page<{ readonly part: string; readonly item: T }>> {
  const read = async ({ after, limit }: ListQuery) => {
    const [, from = '', behind] = /^([^/]*)\/(.*)$/.exec(after ?? '') ?? []
    const start = Math.max(
      parts.findIndex(({ key }) => key === from),
      0,
    )
    const found: { name: string; part: string; item: T; beyond: boolean }[] = []
    let weight = 0
    for (const { key, items } of parts.slice(start))
      for await (const item of items(key === from ? behind : undefined)) {
        weight += room.weigh(item)
        const beyond = found.length > 0 && weight > room.limit
        found.push({ name: `${key}/${item.name}`, part: key, item, beyond })
        if (beyond || found.length === limit) return found
      }
    return found
  }
  return pageBy(list, paging, read, context)
}
