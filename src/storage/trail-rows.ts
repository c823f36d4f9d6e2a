import type { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'
import type { RowsQuery, TrailRow } from '../audit/trail.ts'

/** Text of rows returned at once unless less is asked for, in characters; a row alone may hold more. */
const TEXT_LIMIT = 4 * 1024 * 1024

/** Rows of the embedded engine's trail. Throws an Error that names the row when its content is none of Coffer's. */
export function trailRows(trail: DatabaseSync, query: RowsQuery): TrailRow[] {
  const { after = 0, before = Number.MAX_SAFE_INTEGER, newestFirst = false, limit, characters = TEXT_LIMIT } = query
  const statement = trail.prepare(
    `select seq, node, at, entries from trail where seq > ? and seq < ? order by seq ${newestFirst ? 'desc' : 'asc'} limit ?`,
  )
  const rows: TrailRow[] = []
  let size = 0
  for (const row of statement.iterate(after, before, limit)) {
    const text = String(row.entries)
    size += text.length
    if (rows.length > 0 && size > characters) break
    const seq = Number(row.seq)
    rows.push({ seq, node: String(row.node), at: Number(row.at), entries: entriesOf(text, seq) })
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

function entriesOf(text: string, seq: number): Entry[] {
  try {
    return text.split('\n').map((line) => JSON.parse(line) as Entry)
  } catch {
    throw new Error(`Row ${seq} of the trail cannot be read: it was altered`)
  }
}
