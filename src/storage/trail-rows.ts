import type { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'

/** Text of rows returned at once unless less is asked for, in characters; a row alone may hold more. */
const TEXT_LIMIT = 4 * 1024 * 1024

/** Rows of the embedded engine's trail. Throws an Error that names the first one when its content is none of Coffer's; one behind it ends them. */
export function trailRows(trail: DatabaseSync, query: RowsQuery): TrailRow[] {
  const { after = 0, before = Number.MAX_SAFE_INTEGER, newestFirst = false, limit, characters = TEXT_LIMIT } = query
  const statement = trail.prepare(
    `select seq, node, at, entries from trail where seq > ? and seq < ? order by seq ${newestFirst ? 'desc' : 'asc'} limit ?`,
  )
  // An integer that no number holds exactly is somebody else's; it must not keep the others from being read.
  statement.setReadBigInts(true)
  const rows: TrailRow[] = []
  let size = 0
  for (const row of statement.iterate(after, before, limit)) {
    const text = String(row.entries)
    size += text.length
    if (rows.length > 0 && size > characters) break
    const seq = Number(row.seq)
    const entries = entriesOf(text)
    // Those before it are told first.
    if (!entries && rows.length > 0) break
    if (!entries) throw new Error(`Row ${seq} of the trail cannot be read: it was altered`)
    rows.push({ seq, node: String(row.node), at: Number(row.at), entries })
  }
  return rows
}

/** Hash of a row as it is stored; undefined when it is not there. */
export function hashAt(trail: DatabaseSync, seq: number): Uint8Array | undefined {
  const row = trail.prepare('select hash from trail where seq = ?').get(seq)
  return row?.hash instanceof Uint8Array ? row.hash : undefined
}

/** The newest row that says what of the outbox stands in the trail; the last one where none does. */
export function neededFrom(trail: DatabaseSync): number {
  const marked = trail
    .prepare('select seq from trail where outbox_id is not null order by outbox_id desc limit 1')
    .get()
  return Number((marked ?? trail.prepare('select max(seq) as seq from trail').get())?.seq ?? 0)
}

/** Undefined for what is none of Coffer's. */
function entriesOf(text: string): Entry[] | undefined {
  try {
    return text.split('\n').map((line) => JSON.parse(line) as Entry)
  } catch {
    return undefined
  }
}
