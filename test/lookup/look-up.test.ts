import assert from 'node:assert/strict'
import { rm, stat, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from '../../src/audit/entry.ts'
import type { EventQuery, Position } from '../../src/audit/lookup/look-up.ts'
import { holdsTerm } from '../../src/audit/lookup/segment.ts'
import { termOf } from '../../src/audit/lookup/terms.ts'
import { eventsOf, hasAttribute } from '../../src/audit/lookup/trail-event.ts'
import { filesOf } from '../../src/storage/data-directory.ts'
import { SqlTrail } from '../../src/storage/trail.ts'
import { TrailLookUp } from '../../src/trail-look-up.ts'
import { openSqlite, type SqliteUnderTest } from '../storage/open-sqlite.ts'
import { ACCOUNTS, arbitraryAttribute, arbitraryEntry, REGIONS, SPAN_MS, START } from './arbitrary-entries.ts'

/** Look-ups in an engine's trail, and everything that was written to it. */
class World {
  readonly db: SqliteUnderTest
  readonly segmentEntries: number
  trail: SqlTrail
  entries: Entry[] = []
  lookUp: TrailLookUp

  constructor(db: SqliteUnderTest, segmentEntries: number) {
    this.db = db
    this.segmentEntries = segmentEntries
    this.trail = new SqlTrail(db.engine)
    this.lookUp = this.#open()
  }

  async append(groups: readonly (readonly Entry[])[]): Promise<void> {
    for (const group of groups) {
      await Promise.all(group.map((entry) => this.trail.append(entry)))
      this.entries.push(...group)
    }
  }

  /** Everything there is gets indexed. */
  async index(): Promise<void> {
    // The thread may not be worth starting yet: a look starts it.
    await this.lookUp.lookUp({ ...everything, limit: 1 })
    await this.lookUp.job.run(new AbortController().signal)
  }

  /** @param between what happens to the files meanwhile */
  async restart(between = async () => {}): Promise<void> {
    await this.lookUp.close()
    await between()
    await this.db.reopen()
    this.trail = new SqlTrail(this.db.engine)
    this.lookUp = this.#open()
  }

  /** As retention does: the oldest rows leave, some of a segment and all of others. */
  removeOldest(rows: number): void {
    using db = new DatabaseSync(this.db.trailPath, { timeout: 5_000 })
    const removed = db
      .prepare('delete from trail where seq in (select seq from trail order by seq limit ?) returning count')
      .all(rows)
    this.entries = this.entries.slice(removed.reduce((sum, { count }) => sum + Number(count), 0))
  }

  /** All pages of a look, and what reading everything finds. */
  async both(query: Omit<EventQuery, 'before'>): Promise<[found: string[], expected: string[]]> {
    const found: string[] = []
    let before: Position | undefined
    do {
      const page = await this.lookUp.lookUp({ ...query, before })
      assert.ok(page.events.length <= query.limit)
      found.push(...page.events.map(({ record }) => record.eventID))
      before = page.next
    } while (before)
    return [found, this.#matching(query)]
  }

  #matching({ scope, attribute, from, to }: Omit<EventQuery, 'before'>): string[] {
    return this.entries
      .filter(({ at }) => at >= from && at <= to)
      .flatMap(eventsOf)
      .filter(({ record }) => record.recipientAccountId === scope.account && record.awsRegion === scope.region)
      .filter((event) => !attribute || hasAttribute(event, attribute))
      .map(({ record }) => record.eventID)
      .reverse()
  }

  #open(): TrailLookUp {
    return new TrailLookUp(this.trail, { ...filesOf(this.db.folder), segmentEntries: this.segmentEntries })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lookUp.close()
    await this.db[Symbol.asyncDispose]()
  }
}

const everything = {
  scope: { account: '111122223333', region: 'eu-central-1' },
  attribute: undefined,
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
  before: undefined,
  limit: 50,
} as const

/** Everything in every account and Region. */
const whole = ACCOUNTS.flatMap((account) => REGIONS.map((region) => ({ ...everything, scope: { account, region } })))

const groups = fc.array(fc.array(arbitraryEntry, { minLength: 1, maxLength: 5 }), { maxLength: 12 })
const query = fc
  .record({
    account: fc.constantFrom(...ACCOUNTS),
    region: fc.constantFrom(...REGIONS),
    attribute: fc.option(arbitraryAttribute, { nil: undefined }),
    from: fc.nat(SPAN_MS),
    for: fc.nat(SPAN_MS),
    limit: fc.constantFrom(1, 3, 50),
    timeless: fc.boolean(),
  })
  .map(({ account, region, attribute, from, for: length, limit, timeless }) => ({
    scope: { account, region },
    attribute,
    from: timeless ? 0 : START + from,
    to: timeless ? Number.MAX_SAFE_INTEGER : START + from + length,
    limit,
  }))

/** What may happen between two looks. */
const happening = fc.oneof(
  { weight: 4, arbitrary: groups.map((groups) => ({ groups })) },
  { weight: 4, arbitrary: fc.constant('index' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 1, arbitrary: fc.constant('remove the index' as const) },
  { weight: 1, arbitrary: fc.nat(8).map((removed) => ({ removed })) },
)

describe('look-ups', () => {
  test('find what reading the whole trail finds, whatever is indexed of it and in what segments', async () => {
    const scenario = fc.record({
      segmentEntries: fc.constantFrom(1, 2, 7, 40, 2_048),
      steps: fc.array(fc.record({ happening, queries: fc.array(query, { minLength: 1, maxLength: 4 }) }), {
        minLength: 3,
        maxLength: 8,
      }),
    })
    const run = async ({ segmentEntries, steps }: typeof scenario extends fc.Arbitrary<infer T> ? T : never) => {
      await using world = new World(await openSqlite(), segmentEntries)
      for (const { happening, queries } of steps) {
        if (happening === 'index') await world.index()
        else if (happening === 'restart') await world.restart()
        else if (happening === 'remove the index') await rm(filesOf(world.db.folder).indexPath, { force: true })
        else if ('groups' in happening) await world.append(happening.groups)
        else world.removeOldest(happening.removed)
        for (const one of [...whole, ...queries]) assert.deepEqual(...(await world.both(one)))
      }
      for (const id of world.entries.slice(0, 3).flatMap(eventsOf))
        assert.deepEqual(...(await world.both({ ...everything, ...scopeAndId(id.record) })))
    }
    await fc.assert(fc.asyncProperty(scenario, run), { numRuns: 25 })
  })

  test('leave segments alone that cannot hold what is looked for', async () => {
    await using world = new World(await openSqlite(), 10)
    const plain = fc.sample(arbitraryEntry, { numRuns: 100, seed: 7 })
    const rare = { ...(plain[0] as Entry), caller: { ...(plain[0] as Entry).caller, accessKeyId: 'AKIARARE' } }
    await world.append([plain.slice(0, 50), [rare], plain.slice(50)].flatMap((group) => group.map((one) => [one])))
    await world.index()
    using index = new DatabaseSync(filesOf(world.db.folder).indexPath, { readOnly: true })
    const segments = index.prepare('select first, last, entries, terms from segment order by last').all()
    assert.equal(segments.length, 10)
    assert.equal(
      segments.reduce((sum, { entries }) => sum + Number(entries), 0),
      100,
    )
    const scope = { account: rare.caller.account, region: rare.region }
    const attribute = { key: 'AccessKeyId' as const, value: 'AKIARARE' }
    const holding = segments.filter(({ terms }) =>
      holdsTerm(new Uint32Array((terms as Uint8Array).slice().buffer), termOf(scope, attribute)),
    )
    assert.deepEqual(
      holding.map(({ first }) => first),
      [51],
    )
    const [found, expected] = await world.both({ ...everything, scope, attribute })
    assert.ok(found.length > 0)
    assert.deepEqual(found, expected)
  })
})

function scopeAndId({
  recipientAccountId,
  awsRegion,
  eventID,
}: {
  recipientAccountId: string
  awsRegion: string
  eventID: string
}) {
  return {
    scope: { account: recipientAccountId, region: awsRegion },
    attribute: { key: 'EventId' as const, value: eventID },
  }
}

/** An index as another version may have it. */
function otherVersion(): Uint8Array {
  using db = new DatabaseSync(':memory:')
  db.exec('create table segment (x); pragma user_version = 99')
  return db.serialize()
}

describe('the index', () => {
  const sample = (count: number, seed: number) =>
    fc.sample(arbitraryEntry, { numRuns: count, seed }).map((one) => [one])

  const segmentsIn = (world: World) => {
    using db = new DatabaseSync(filesOf(world.db.folder).indexPath, { readOnly: true })
    return db.prepare('select first, last from segment order by last').all()
  }

  test('is a file for the owner alone', { skip: process.platform === 'win32' }, async () => {
    await using world = new World(await openSqlite(), 5)
    await world.append(sample(10, 1))
    await world.index()
    assert.equal((await stat(filesOf(world.db.folder).indexPath)).mode & 0o777, 0o600)
  })

  test('of another trail is thrown away: a copy that was put back goes on with other rows', async () => {
    await using world = new World(await openSqlite(), 5)
    await world.append(sample(20, 1))
    await world.index()
    await world.restart(async () => {
      using db = new DatabaseSync(world.db.trailPath, { timeout: 5_000 })
      db.exec("delete from trail where seq > 12; update sqlite_sequence set seq = 12 where name = 'trail'")
    })
    world.entries = world.entries.slice(0, 12)
    await world.append(sample(20, 2))
    for (const one of whole) assert.deepEqual(...(await world.both(one)))
    await world.index()
    assert.equal(segmentsIn(world).at(-1)?.last, 30)
  })

  test('lets go of what has left the trail', async () => {
    await using world = new World(await openSqlite(), 5)
    await world.append(sample(30, 1))
    await world.index()
    assert.equal(segmentsIn(world).length, 6)
    world.removeOldest(12)
    await world.index()
    assert.deepEqual(
      segmentsIn(world).map(({ first }) => first),
      [11, 16, 21, 26],
    )
    world.removeOldest(18)
    await world.append(sample(7, 2))
    await world.index()
    assert.deepEqual(
      segmentsIn(world).map(({ first }) => first),
      [31],
    )
    assert.deepEqual(...(await world.both(everything)))
  })

  test('that is no index, or one of another version, is made anew', async () => {
    await using world = new World(await openSqlite(), 5)
    await world.append(sample(10, 1))
    const { indexPath } = filesOf(world.db.folder)
    for (const content of ['no database', otherVersion()]) {
      await world.restart(() => writeFile(indexPath, content))
      await world.index()
      assert.equal(segmentsIn(world).length, 2)
      assert.deepEqual(...(await world.both(everything)))
    }
  })
})
