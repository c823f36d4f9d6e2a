import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'

/** Items on a page unless the request says otherwise: AWS documents 100 for keys, 50 for the rest; 100 for all here. */
const DEFAULT_LIMIT = 100

/** What requests of listing operations have in common. */
interface ListInput {
  readonly Limit?: number | undefined
  readonly Marker?: string | undefined
}

/** One page of a list: what it holds, and where to go on. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly NextMarker: string | undefined
  readonly Truncated: boolean
}

/**
 * A page of a list whose items have names in order.
 *
 * @param list what makes the list: its operation, and what it is about
 * @param read the items behind one of this name, so many at most
 */
export async function page<T>(
  { Limit = DEFAULT_LIMIT, Marker }: ListInput,
  list: readonly unknown[],
  context: KmsContext,
  read: (after: string | undefined, limit: number) => Promise<readonly T[]>,
  nameOf: (item: T) => string,
): Promise<Page<T>> {
  const { pages, scope, now } = context
  const query = [scope.account, scope.region, ...list]
  const after = Marker === undefined ? undefined : pages.read(Marker, query, now)
  if (Marker !== undefined && typeof after !== 'string') throw errors.invalidMarker()
  const found = await read(after as string | undefined, Limit + 1)
  const items = found.slice(0, Limit)
  const last = found.length > Limit ? items.at(-1) : undefined
  const NextMarker = last === undefined ? undefined : pages.make(nameOf(last), query, now)
  return { items, NextMarker, Truncated: NextMarker !== undefined }
}

/** The same of a list that is there as a whole. */
export function pageOfAll<T>(
  input: ListInput,
  list: readonly unknown[],
  context: KmsContext,
  items: readonly T[],
): Promise<Page<T>> {
  const numbered = items.map((item, index) => ({ item, name: String(index + 1) }))
  const from = async (after: string | undefined, limit: number) =>
    numbered.slice(Number(after ?? 0), Number(after ?? 0) + limit)
  return page(input, list, context, from, ({ name }) => name).then((found) => ({
    ...found,
    items: found.items.map(({ item }) => item),
  }))
}
