import type { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../audit/entry.ts'

/**
 * The newest entries of the embedded engine's two files, oldest first. Those that wait in the outbox are the newest. The outbox is read first:
 * what is moved between the two reads is then seen twice, never missed, and told apart by its id.
 */
export function newestEntries(store: DatabaseSync, trail: DatabaseSync, limit: number): Entry[] {
  const waiting = store.prepare('select id, entry from outbox order by id desc limit ?').all(limit)
  // One view of the trail, so that nothing is moved between what was moved and what is read.
  trail.exec('begin')
  try {
    const last = trail.prepare('select max(outbox_id) as id from trail where outbox_id is not null').get()
    const moved = Number(last?.id ?? 0)
    const texts = waiting.filter((row) => Number(row.id) > moved).map((row) => String(row.entry))
    for (const row of trail.prepare('select entries from trail order by seq desc').iterate()) {
      if (texts.length >= limit) break
      texts.push(...String(row.entries).split('\n').reverse())
    }
    return texts
      .slice(0, limit)
      .reverse()
      .map((text) => JSON.parse(text) as Entry)
  } finally {
    trail.exec('commit')
  }
}
