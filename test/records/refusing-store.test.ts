import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { type PreparedApp, startPrepared } from '../examples/all-examples.ts'
import { type Outcome, type ServiceName, send } from '../examples/example.ts'

// Harm prevented: an answer without a record, or a change without one, because the disk took nothing just then. The disk is a real one: the
// system forbids this process to write any file, at any place, until it is allowed again.

/** What each service calls a failure of its own. */
const FAILURES: Readonly<Record<ServiceName, string>> = {
  secretsmanager: 'InternalServiceError',
  kms: 'KMSInternalException',
  iam: 'InternalFailure',
  sts: 'InternalFailure',
  cloudtrail: 'InternalFailure',
  coffer: 'InternalServiceError',
}

const MANY = 10_000
const limit = (bytes: string) => spawnSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:`])
const skip = limit('unlimited').status === 0 ? false : 'there is no prlimit here'

/** No file can be written as long as it is in use. */
function refuseWrites(): Disposable {
  assert.equal(limit('0').status, 0)
  return { [Symbol.dispose]: () => assert.equal(limit('unlimited').status, 0) }
}

describe('a store that takes no records', { skip }, () => {
  const values: string[] = []
  let folder = ''
  let prepared: PreparedApp
  let rowsBefore: Map<string, string[]>
  let rowsAfter: Map<string, string[]>
  const outcomes = new Map<string, Outcome & { readonly service: ServiceName }>()
  const storePath = () => join(folder, 'data', 'store.db')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-refusing-'))
    prepared = await startPrepared(
      { dataDir: join(folder, 'data'), rootKey: { kind: 'file', path: join(folder, 'root.key'), chosen: true } },
      (what) => {
        const value = `hidden ${what} of ${values.length}`
        values.push(value)
        return value
      },
    )
    const { app, examples } = prepared
    await app.running.installation.trail.settle()
    rowsBefore = rowsOf(storePath())
    {
      using _refused = refuseWrites()
      for (const example of examples) {
        const outcome = await send(app, example)
        outcomes.set(`${example.service} ${example.operation}`, { ...outcome, service: example.service })
      }
    }
    rowsAfter = rowsOf(storePath())
  })
  after(async () => {
    await prepared.app.close()
    await rm(folder, { recursive: true })
  })

  test('answers every operation with a failure of its own', () => {
    for (const [name, { service, output, error }] of outcomes) {
      assert.equal(output, undefined, name)
      assert.equal(error?.name, FAILURES[service], name)
    }
  })

  test('discloses nothing', () => {
    const { account } = prepared.app
    assert.ok(values.length > 20)
    for (const [name, { error }] of outcomes) {
      const text = `${error?.message} ${JSON.stringify(error)}`
      for (const value of [...values, account, 'the value of']) assert.ok(!text.includes(value), `${name}: ${text}`)
    }
  })

  test('changes nothing', () => {
    assert.ok(rowsBefore.size > 5)
    for (const [table, rows] of rowsBefore) assert.deepEqual(rowsAfter.get(table), rows, table)
  })

  test('tells its operator of each', () => {
    const told = JSON.stringify(prepared.app.logged)
    for (const [name, { requestId }] of outcomes) assert.ok(told.includes(requestId), name)
  })

  test('is as it was once it takes records again', async () => {
    const { app, examples } = prepared
    for (const example of examples) {
      const { error } = await send(app, example)
      assert.equal(error?.name, example.refused, `${example.service} ${example.operation}: ${error?.message}`)
    }
    const recorded = new Set((await app.trail(MANY)).map(({ id }) => id))
    for (const [name, { requestId }] of outcomes) assert.ok(!recorded.has(requestId), `${name} was refused`)
  })
})

/** Every row of every table of the store, but those that wait for the trail. */
function rowsOf(path: string): Map<string, string[]> {
  using store = new DatabaseSync(path, { readOnly: true })
  const tables = store.prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`).all()
  const names = tables
    .map(({ name }) => String(name))
    .filter((name) => name !== 'outbox' && !/_(?:config|data|idx|docsize)$/.test(name))
  return new Map(
    names.map((name) => {
      const rows = store.prepare(`select * from ${name}`).all()
      return [name, rows.map((row) => JSON.stringify(row)).toSorted()]
    }),
  )
}
