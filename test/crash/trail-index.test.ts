import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { Position } from '../../src/audit/lookup/look-up.ts'
import { eventsOf } from '../../src/audit/lookup/trail-event.ts'
import { filesOf } from '../../src/storage/data-directory.ts'
import { SqlTrail } from '../../src/storage/trail.ts'
import { TrailLookUp } from '../../src/trail-look-up.ts'
import { arbitraryEntry } from '../lookup/arbitrary-entries.ts'
import { openSqlite } from '../storage/open-sqlite.ts'

const ENTRIES = 2_000
/** A step indexes 256 rows. */
const KILLED_AFTER_STEPS = [1, 2, 1, 3]

const indexing = fileURLToPath(new URL('indexing.ts', import.meta.url))

test('an index whose process was killed again and again finds everything', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-index-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await using db = await openSqlite(folder)
  const trail = new SqlTrail(db.engine)
  const entries = fc.sample(arbitraryEntry, { numRuns: ENTRIES, seed: 11 })
  for (const entry of entries) await trail.append(entry)
  const counts: number[] = []
  for (const steps of KILLED_AFTER_STEPS) counts.push(await segmentsAfterKill(folder, steps))
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  )
  assert.ok((counts.at(-1) ?? 0) > 0)

  const lookUp = new TrailLookUp(trail, { ...filesOf(folder), segmentEntries: 1 })
  try {
    for (const key of ['EventName', 'Username'] as const)
      for (const value of ['DeleteSecret', 'night', 'alice', 'Decrypt']) {
        const scope = { account: '111122223333', region: 'eu-central-1' }
        const found: string[] = []
        let before: Position | undefined
        do {
          const query = { scope, attribute: { key, value }, from: 0, to: Number.MAX_SAFE_INTEGER, before, limit: 50 }
          const page = await lookUp.lookUp(query)
          found.push(...page.events.map(({ record }) => record.eventID))
          before = page.next
        } while (before)
        const expected = entries.flatMap(eventsOf).filter(({ record, userName }) => {
          const has = key === 'EventName' ? record.eventName === value : userName === value
          return has && record.recipientAccountId === scope.account && record.awsRegion === scope.region
        })
        assert.deepEqual(found, expected.map(({ record }) => record.eventID).reverse())
      }
  } finally {
    await lookUp.close()
  }
})

/** Segments there are after a process was killed while it made more. */
async function segmentsAfterKill(folder: string, steps: number): Promise<number> {
  const child = spawn(process.execPath, [indexing, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let seen = 0
  for await (const _ of createInterface({ input: child.stdout })) if (++seen === steps) child.kill('SIGKILL')
  await exit
  using db = new DatabaseSync(filesOf(folder).indexPath, { readOnly: true })
  return Number(db.prepare('select count(*) as count from segment').get()?.count)
}
