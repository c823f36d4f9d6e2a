import type { DatabaseSync } from 'node:sqlite'
import { ROW_FORMAT, rowHash } from '../../src/audit/chain.ts'
import { statementHash } from '../../src/audit/statement.ts'
import { bytesOf, statementOf, statementValues } from '../../src/storage/statement-rows.ts'

/** Numbers that follow from a seed (mulberry32): a tampering that is missed can be made again. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** From `least` to `most`, both among them. */
  between(least: number, most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return least + (((mixed ^ (mixed >>> 14)) >>> 0) % (most - least + 1))
  }
}

/** The file of a trail in the hands of somebody who can write it and has no key. */
export interface Tampered {
  readonly db: DatabaseSync
  readonly random: SeededRandom
  /** The last row. */
  readonly end: number
  /** The last statement. */
  readonly statements: number
  /** The file of another installation. */
  readonly otherTrail: string
  /** The same file as it was earlier. */
  readonly olderTrail: string
}

export interface Tampering {
  /** True where it can only be seen by who kept the last head elsewhere. */
  readonly needsHead?: boolean
  tamper(trail: Tampered): void
}

const COLUMNS = 'node, at, count, entries, outbox_id, previous, hash, format'

/** A row that is neither the first nor the last. */
const inner = ({ random, end }: Tampered) => random.between(2, end - 1)

/** Everything behind a row moves by some places. */
function renumber(db: DatabaseSync, after: number, by: number): void {
  db.prepare('update trail set seq = -(seq + ?) where seq > ?').run(by, after)
  db.exec('update trail set seq = -seq where seq < 0')
}

const entriesOf = (db: DatabaseSync, seq: number) =>
  String(db.prepare('select entries from trail where seq = ?').get(seq)?.entries)

export const tamperings: Readonly<Record<string, Tampering>> = {
  'removes a row': {
    tamper(trail) {
      const seq = trail.random.between(1, trail.end - 1)
      trail.db.prepare('delete from trail where seq = ?').run(seq)
      if (trail.random.between(0, 1)) renumber(trail.db, seq, -1)
    },
  },
  'removes the first rows': {
    tamper: (trail) => trail.db.prepare('delete from trail where seq <= ?').run(inner(trail)),
  },
  'alters an entry': {
    tamper({ db, random, end }) {
      const seq = random.between(1, end)
      const [what, by] = [
        [/"operation":"\w+"/, '"operation":"ListSecrets"'],
        [/"arn":"[^"]*"/, '"arn":"arn:aws:iam::111122223333:user/somebody"'],
        [/"at":\d/, '"at":9'],
        [/"address":"[^"]*"/, '"address":"10.9.8.7"'],
      ][random.between(0, 3)] as [RegExp, string]
      db.prepare('update trail set entries = ? where seq = ?').run(entriesOf(db, seq).replace(what, by), seq)
    },
  },
  'takes an entry out of a row': {
    tamper({ db, end }) {
      const seq = Array.from({ length: end }, (_, index) => index + 1).find((one) => entriesOf(db, one).includes('\n'))
      const [, ...kept] = entriesOf(db, seq ?? 0).split('\n')
      db.prepare('update trail set entries = ?, count = ? where seq = ?').run(kept.join('\n'), kept.length, seq ?? 0)
    },
  },
  'alters the time of a row': {
    tamper: ({ db, random, end }) =>
      db.prepare('update trail set at = at + ? where seq = ?').run(random.between(1, 90_000), random.between(1, end)),
  },
  'alters the count of a row': {
    tamper: ({ db, random, end }) =>
      db.prepare('update trail set count = count + 1 where seq = ?').run(random.between(1, end)),
  },
  'alters the outbox mark of a row': {
    tamper: ({ db, random, end }) =>
      db.prepare('update trail set outbox_id = coalesce(outbox_id, 0) + 1 where seq = ?').run(random.between(1, end)),
  },
  'gives a row to another node': {
    tamper: ({ db, random, end }) =>
      db.prepare(`update trail set node = 'elsewhere' where seq = ?`).run(random.between(1, end)),
  },
  'exchanges two rows': {
    tamper(trail) {
      const seq = inner(trail)
      trail.db.exec(`
        update trail set seq = -1 where seq = ${seq};
        update trail set seq = ${seq} where seq = ${seq - 1};
        update trail set seq = ${seq - 1} where seq = -1`)
    },
  },
  'inserts a row': {
    tamper(trail) {
      const seq = inner(trail)
      renumber(trail.db, seq, 1)
      trail.db.exec(`insert into trail (seq, ${COLUMNS}) select ${seq + 1}, ${COLUMNS} from trail where seq = ${seq}`)
      const forged = entriesOf(trail.db, seq).replace(/"id":"[^"]*"/, '"id":"00000000-0000-4000-8000-000000000000"')
      trail.db.prepare('update trail set entries = ? where seq = ?').run(forged, seq + 1)
    },
  },
  'cuts off the end, the heads of it too': {
    needsHead: true,
    tamper(trail) {
      const seq = inner(trail)
      trail.db.exec(`delete from trail where seq > ${seq}; delete from statements where seq > ${seq}`)
    },
  },
  'cuts off the end and leaves the heads': {
    tamper: (trail) => trail.db.exec(`delete from trail where seq > ${inner(trail)}`),
  },
  'removes the last heads': {
    needsHead: true,
    tamper: ({ db, random, statements }) =>
      db.prepare('delete from statements where number > ?').run(random.between(0, statements - 1)),
  },
  'removes a head': {
    tamper: ({ db, random, statements }) =>
      db.prepare('delete from statements where number = ?').run(random.between(1, statements - 1)),
  },
  'puts an older head in the place of a head': {
    tamper({ db, random, statements }) {
      const number = random.between(3, statements)
      db.exec(`
        delete from statements where number = ${number};
        insert into statements select ${number}, installation, kind, node, seq, hash, at, kept_from, previous, key_version, signature
          from statements where number = ${number - 1}`)
    },
  },
  'alters a head': {
    tamper({ db, random, statements }) {
      const column = ['seq', 'at', 'kept_from', 'key_version'][random.between(0, 3)]
      db.exec(`update statements set ${column} = ${column} + 1 where number = ${random.between(1, statements)}`)
    },
  },
  'says that rows were removed because of their age': {
    tamper(trail) {
      const seq = inner(trail)
      trail.db.exec(`
        insert into statements select (select max(number) + 1 from statements), installation, 'cut', node, ${seq},
          (select hash from trail where seq = ${seq}), at, 1, previous, key_version, signature from statements order by number desc limit 1;
        delete from trail where seq <= ${seq}`)
    },
  },
  "puts in rows of another installation's trail": {
    tamper(trail) {
      const seq = inner(trail)
      trail.db.exec(`
        attach '${trail.otherTrail}' as other;
        insert or replace into trail (seq, ${COLUMNS}) select seq, ${COLUMNS} from other.trail where seq between ${seq} and ${trail.end};
        detach other`)
    },
  },
  'puts back an older copy of the whole file': {
    needsHead: true,
    tamper({ db, olderTrail }) {
      db.exec(`
        attach '${olderTrail}' as older;
        delete from trail; delete from statements;
        insert into trail (seq, ${COLUMNS}) select seq, ${COLUMNS} from older.trail;
        insert into statements select * from older.statements;
        detach older`)
    },
  },
}

/** Makes all hashes fit again, as everybody can: of the rows, in the statements, and from statement to statement. Signatures stay as they are. */
export function hashAnew(db: DatabaseSync, installation: string): void {
  let previous: Uint8Array = new Uint8Array(32)
  const hashes = new Map<number, Uint8Array>()
  for (const row of db.prepare('select * from trail order by seq').all()) {
    const seq = Number(row.seq)
    // Where rows were removed, the first that is left says what it likes.
    if (hashes.size === 0 && seq > 1) previous = bytesOf(row.previous)
    const [at, count] = [Number(row.at), Number(row.count)]
    const outboxMark = row.outbox_id === null ? undefined : Number(row.outbox_id)
    const chained = { format: ROW_FORMAT, seq, node: String(row.node), at, count, entries: String(row.entries) }
    const hash = rowHash(installation, { ...chained, outboxMark, previous })
    db.prepare('update trail set previous = ?, hash = ? where seq = ?').run(previous, hash, seq)
    hashes.set(seq, hash)
    previous = hash
  }
  let before: ReturnType<typeof statementOf> | undefined
  for (const row of db.prepare('select * from statements order by number').all()) {
    const stored = statementOf(row)
    const statement = { ...stored, hash: hashes.get(stored.seq) ?? stored.hash, previous: statementHash(before) }
    const { columns, values } = statementValues(statement)
    db.prepare(`insert or replace into statements (${columns}) values (${values.map(() => '?')})`).run(...values)
    before = statement
  }
}
