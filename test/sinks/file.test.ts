import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FileSink, type FileSinkOptions } from '../../src/audit/sinks/file-sink.ts'
import { temporaryFolder } from '../process/coffer.ts'
import { AT_ONCE, HEAD, openTrail } from './open-trail.ts'
import { inOrder } from './receiver.ts'

const posix = { skip: process.platform === 'win32' && 'Windows has no such modes' }

/** A trail whose file is in a folder of its own. */
async function openFile(more: Partial<FileSinkOptions> = {}) {
  const folder = temporaryFolder()
  const trail = await openTrail()
  const path = join(folder.path, 'logs', 'trail.jsonl')
  mkdirSync(join(folder.path, 'logs'))
  let now = Date.now()
  const options = { path, keep: undefined, now: () => now, ...more }
  const start = async () => {
    const parts = trail.deliver(new FileSink(options))
    await parts.delivery.start()
    return parts
  }
  let current = await start()
  const linesOf = (name: string) =>
    readFileSync(join(folder.path, 'logs', name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  return {
    path,
    trail,
    advance: (milliseconds: number) => {
      now += milliseconds
    },
    get events() {
      return current.events.map(({ kind }) => kind)
    },
    async record(requests: number) {
      await trail.record(requests)
      await current.delivery.flush()
    },
    flush: () => current.delivery.flush(),
    async restart() {
      await current.delivery.close(AT_ONCE)
      current = await start()
    },
    names: () => readdirSync(join(folder.path, 'logs')).sort(),
    lines: () => linesOf('trail.jsonl'),
    /** Of all files, the oldest first. */
    all() {
      const [newest = '', ...moved] = this.names()
      return [...moved, newest].flatMap(linesOf)
    },
    async [Symbol.asyncDispose]() {
      await current.delivery.close(AT_ONCE)
      await trail[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

test('a file has a line for each record and each head, for its owner only', posix, async () => {
  await using file = await openFile()
  const head = { ...HEAD, number: 1, seq: 1 }
  file.trail.heads.push(head)
  await file.record(2)
  const lines = file.lines()
  assert.deepEqual(inOrder(lines.filter(({ eventID }) => eventID)), file.trail.recorded)
  assert.deepEqual(
    lines.filter(({ TrailHead }) => TrailHead),
    [{ TrailHead: head }],
  )
  assert.equal((statSync(file.path).mode & 0o777).toString(8), '600')
})

describe('a file is moved aside', () => {
  test('before it becomes too large, and all are kept', async () => {
    await using file = await openFile({ limit: 1 })
    for (let round = 0; round < 3; round++) await file.record(1)
    assert.equal(file.names().length, 3)
    assert.deepEqual(inOrder(file.all()), file.trail.recorded)
  })

  test('on another day', async () => {
    await using file = await openFile()
    await file.record(1)
    await file.record(1)
    assert.equal(file.names().length, 1)
    file.advance(86_400_000)
    await file.record(1)
    assert.equal(file.names().length, 2)
    assert.equal(file.lines().length, 1)
    assert.deepEqual(inOrder(file.all()), file.trail.recorded)
  })

  test('and only so many are kept as is wanted, others in the folder untouched', async () => {
    await using file = await openFile({ limit: 1, keep: 2 })
    writeFileSync(`${file.path}.notes`, '')
    for (let round = 0; round < 5; round++) {
      file.advance(1_000)
      await file.record(1)
    }
    assert.equal(file.names().length, 4)
    assert.ok(file.names().includes('trail.jsonl.notes'))
    rmSync(`${file.path}.notes`)
    assert.deepEqual(inOrder(file.all()), file.trail.recorded.slice(2))
  })
})

describe('every record is in a file though', () => {
  test('a crash left a piece of a line in it', async () => {
    await using file = await openFile()
    await file.record(2)
    await file.restart()
    appendFileSync(file.path, '{"eventVersion":"1.1')
    await file.record(1)
    assert.deepEqual(inOrder(file.lines()), file.trail.recorded)
    assert.deepEqual(file.events, [])
  })

  test('somebody moves it away', async () => {
    await using file = await openFile()
    await file.record(1)
    renameSync(file.path, `${file.path}.1`)
    await file.record(1)
    assert.deepEqual(inOrder(file.lines()), file.trail.recorded.slice(1))
  })

  test('its folder is gone for a while', async () => {
    await using file = await openFile()
    await file.record(1)
    await file.restart()
    renameSync(join(file.path, '..'), join(file.path, '..', '..', 'elsewhere'))
    await file.trail.record(1)
    const flushed = file.flush()
    while (!file.events.includes('failing')) await new Promise(setImmediate)
    renameSync(join(file.path, '..', '..', 'elsewhere'), join(file.path, '..'))
    await flushed
    assert.deepEqual(inOrder(file.lines()), file.trail.recorded)
    assert.deepEqual(file.events, ['failing', 'delivering again'])
  })
})

test('a file that ends in something else is left as it is', async () => {
  await using file = await openFile()
  writeFileSync(file.path, 'password = x')
  await file.trail.record(1)
  const flushed = file.flush()
  while (!file.events.includes('failing')) await new Promise(setImmediate)
  assert.equal(readFileSync(file.path, 'utf8'), 'password = x')
  rmSync(file.path)
  await flushed
  assert.deepEqual(inOrder(file.lines()), file.trail.recorded)
})
