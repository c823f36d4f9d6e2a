import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type ChainedRow, FIRST_ROW_FORMAT, NO_HASH, ROW_FORMAT, rowHash } from './chain.ts'
import { type Statement, statementHash } from './statement.ts'

const row: ChainedRow = {
  format: ROW_FORMAT,
  seq: 7,
  node: 'local',
  at: 1_780_000_000_000,
  count: 2,
  entries: '{"id":"a"}\n{"id":"ü"}',
  outboxMark: 12,
  previous: new Uint8Array(32).fill(5),
}

const hashOf = (changes: Partial<ChainedRow> = {}, installation = 'one') =>
  rowHash(installation, { ...row, ...changes }).toString('hex')

test('the hash of a row stays what the first release of its format made of it', () => {
  assert.equal(hashOf(), '255c6213521c49a27c13ef86e9ca3a1933e0008107a613467ed34c61fe685ec0')
})

test('the hash covers everything that a row says, its installation, and the row before', () => {
  const others = [
    hashOf({}, 'two'),
    hashOf({ seq: 8 }),
    hashOf({ node: 'loca' }),
    hashOf({ node: '' }),
    hashOf({ at: row.at + 1 }),
    hashOf({ count: 3 }),
    hashOf({ entries: '{"id":"a"}\n{"id":"u"}' }),
    hashOf({ entries: '' }),
    hashOf({ outboxMark: undefined }),
    hashOf({ outboxMark: 0 }),
    hashOf({ previous: NO_HASH }),
    hashOf({ format: FIRST_ROW_FORMAT }),
  ]
  assert.equal(new Set([hashOf(), ...others]).size, others.length + 1)
})

test('rows of the first format are hashed as they were written', () => {
  const expected = createHash('sha256').update(row.previous).update(`local\n${row.entries}`).digest('hex')
  assert.equal(hashOf({ format: FIRST_ROW_FORMAT }), expected)
})

test('a row of a format that nobody wrote has no hash', () => {
  for (const format of [0, 3, -1, Number.NaN]) assert.throws(() => hashOf({ format }), RangeError)
})

test('a statement is covered by the next with all it says and its signature', () => {
  const statement: Statement = {
    installation: 'one',
    number: 3,
    kind: 'head',
    node: 'local',
    seq: 7,
    hash: new Uint8Array(32).fill(1),
    at: row.at,
    keptFrom: 0,
    previous: new Uint8Array(32).fill(2),
    keyVersion: 1,
    signature: new Uint8Array(64).fill(3),
  }
  const changes: Partial<Statement>[] = [
    {},
    { installation: 'two' },
    { number: 4 },
    { kind: 'cut' },
    { node: 'other' },
    { seq: 8 },
    { hash: NO_HASH },
    { at: 0 },
    { keptFrom: 1 },
    { previous: NO_HASH },
    { keyVersion: 2 },
    { signature: new Uint8Array(64) },
  ]
  const hashes = changes.map((change) => Buffer.from(statementHash({ ...statement, ...change })).toString('hex'))
  assert.equal(new Set(hashes).size, changes.length)
  assert.equal(hashes[0], 'cad440b394c8a0ae802c99165a47f56e261ce4d2a010a1158fe566c5160908c6')
  assert.deepEqual(statementHash(undefined), NO_HASH)
})
