import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SECURITY_LOG_BYTES, SecurityLogFile } from './security-log-file.ts'

const posix = { skip: process.platform === 'win32' && 'Windows has no such modes' }
let folder = ''
let count = 0
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-security-log-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function start({ limit, path = join(folder, `security-${++count}.log`) }: { limit?: number; path?: string } = {}) {
  const failures: unknown[] = []
  const file = new SecurityLogFile(path, (error) => failures.push(error), limit)
  return { file, path, failures }
}

const linesOf = (path: string): { n?: number; lost?: number }[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('a file of lines', () => {
  test('is made with the first line', async () => {
    const { file, path } = start()
    await file.close()
    assert.equal(exists(path), false)
    file.write({ n: 1 })
    await file.close()
    assert.deepEqual(linesOf(path), [{ n: 1 }])
  })

  test('keeps the order of what is written at once', async () => {
    const { file, path } = start()
    for (let n = 0; n < 500; n++) file.write({ n })
    await file.close()
    assert.deepEqual(
      linesOf(path).map(({ n }) => n),
      Array.from({ length: 500 }, (_, n) => n),
    )
  })

  test('goes on where an earlier process ended', async () => {
    const { file, path } = start()
    file.write({ n: 1 })
    await file.close()
    const next = start({ path })
    next.file.write({ n: 2 })
    await next.file.close()
    assert.deepEqual(linesOf(path), [{ n: 1 }, { n: 2 }])
  })

  test('has one line for text with line breaks', async () => {
    const { file, path } = start()
    file.write({ operation: 'a\nb\r\n{"forged":true}' })
    await file.close()
    assert.equal(linesOf(path).length, 1)
  })

  test('can be read by its owner only, also when it was there before', posix, async () => {
    const { file, path } = start()
    writeFileSync(path, '', { mode: 0o644 })
    file.write({ n: 1 })
    await file.close()
    assert.equal(modeOf(path), 0o600)
  })
})

describe('a file that grows', () => {
  test('is moved aside at its limit, and the one moved aside before is replaced', async () => {
    const { file, path, failures } = start({ limit: 100 })
    for (let n = 0; n < 50; n++) {
      file.write({ n, filler: 'x'.repeat(30) })
      await file.close()
    }
    const kept = [...linesOf(`${path}.1`), ...linesOf(path)].map(({ n }) => n)
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, index) => 50 - kept.length + index),
    )
    for (const one of [path, `${path}.1`]) assert.ok(statSync(one).size <= 100)
    assert.equal(exists(`${path}.2`), false)
    assert.deepEqual(failures, [])
  })

  test('is moved aside under way too', async () => {
    const { file, path, failures } = start({ limit: 200 })
    for (let n = 0; n < 100; n++) {
      file.write({ n, filler: 'x'.repeat(50) })
      // Another turn of the event loop, and the file stays open.
      await new Promise(setImmediate)
    }
    await file.close()
    assert.deepEqual(failures, [])
    assert.equal(linesOf(path).at(-1)?.n, 99)
    assert.ok(exists(`${path}.1`))
  })

  test('is private also when it is new again', posix, async () => {
    const { file, path } = start({ limit: 10 })
    file.write({ n: 1 })
    await file.close()
    file.write({ n: 2 })
    await file.close()
    assert.deepEqual([modeOf(path), modeOf(`${path}.1`)], [0o600, 0o600])
  })

  test('takes some megabytes at most', () => assert.equal(SECURITY_LOG_BYTES, 4 * 1024 * 1024))
})

describe('a disk that takes nothing', () => {
  test('loses lines, says so once and throws nothing', async () => {
    const { file, failures } = start({ path: join(folder, 'missing', 'security.log') })
    for (let n = 0; n < 5; n++) {
      file.write({ n })
      await file.close()
    }
    assert.equal(failures.length, 1)
    assert.equal((failures[0] as NodeJS.ErrnoException).code, 'ENOENT')
  })

  test('is told once more when it fails again, and what was lost is counted', async () => {
    const inner = join(folder, 'comes-and-goes')
    const { file, path, failures } = start({ path: join(inner, 'security.log') })
    for (let n = 0; n < 3; n++) {
      file.write({ n })
      await file.close()
    }
    mkdirSync(inner)
    file.write({ n: 3 })
    await file.close()
    assert.deepEqual(linesOf(path), [{ n: 3, lost: 3 }])
    rmSync(inner, { recursive: true })
    file.write({ n: 4 })
    await file.close()
    assert.equal(failures.length, 2)
  })

  test('lets a bounded number of lines wait, and the others are counted', async () => {
    const { file, path } = start()
    for (let n = 0; n < 1500; n++) file.write({ n })
    await file.close()
    const lines = linesOf(path)
    assert.equal(lines.length, 1000)
    assert.deepEqual(lines[0], { n: 0, lost: 500 })
  })
})

describe('what is no file of ours', () => {
  test('a folder takes no lines', async () => {
    const path = join(folder, 'folder')
    mkdirSync(path)
    const { file, failures } = start({ path })
    file.write({ n: 1 })
    await file.close()
    assert.equal(failures.length, 1)
  })

  test('a symbolic link is not followed', posix, async () => {
    const target = join(folder, 'target')
    writeFileSync(target, 'untouched', { mode: 0o644 })
    const path = join(folder, 'link')
    symlinkSync(target, path)
    const { file, failures } = start({ path })
    file.write({ n: 1 })
    await file.close()
    assert.equal(failures.length, 1)
    assert.equal(readFileSync(target, 'utf8'), 'untouched')
    assert.equal(modeOf(target), 0o644)
  })
})
