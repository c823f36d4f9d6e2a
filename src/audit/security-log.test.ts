import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { type Refusal, SecurityLog } from './security-log.ts'
import { SecurityLogFile } from './security-log-file.ts'

const refusal = (parts: Partial<Refusal> = {}): Refusal => ({
  at: Date.UTC(2026, 4, 3),
  requestId: 'id',
  address: '192.0.2.7',
  code: 'InvalidSignatureException',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  operation: 'secretsmanager:GetSecretValue',
  ...parts,
})

describe('the rate of the security log', () => {
  test('is bounded: a burst, then ten lines a second, and what was left out is counted', () => {
    const lines: Record<string, unknown>[] = []
    const log = new SecurityLog((line) => lines.push(line))
    const at = Date.UTC(2026, 4, 3)
    for (let count = 0; count < 1000; count++) log.refused(refusal({ at }))
    assert.equal(lines.length, 100)
    log.refused(refusal({ at: at + 100 }))
    assert.equal(lines.length, 101)
    assert.equal(lines.at(-1)?.suppressed, 900)
    log.refused(refusal({ at: at + 60_000 }))
    assert.equal(lines.at(-1)?.suppressed, undefined)
    assert.equal(log.count, 1002)
  })

  test('does not grow when the clock goes back', () => {
    const lines: unknown[] = []
    const log = new SecurityLog((line) => lines.push(line))
    for (let count = 0; count < 200; count++) log.refused(refusal({ at: Date.UTC(2026, 4, 3) - count * 1000 }))
    assert.equal(lines.length, 100)
  })
})

test('a line says when, who from, why and what for, and nothing that is no access key id', () => {
  const lines: Record<string, unknown>[] = []
  const log = new SecurityLog((line) => lines.push(line))
  log.refused(refusal())
  log.refused(refusal({ accessKeyId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }))
  assert.deepEqual(lines[0], { ...refusal(), at: '2026-05-03T00:00:00.000Z' })
  assert.doesNotMatch(JSON.stringify(lines[1]), /wJalr/)
})

describe('the file of the security log', () => {
  async function newFile(t: TestContext, limit?: number) {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-security-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'security.log')
    const failures: unknown[] = []
    return { folder, path, failures, file: new SecurityLogFile(path, (error) => failures.push(error), limit) }
  }
  const linesOf = async (path: string) =>
    (await readFile(path, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))

  test('is made with the first line, for its owner only', async (t) => {
    const { folder, path, file } = await newFile(t)
    assert.deepEqual(await readdir(folder), [])
    for (let n = 0; n < 3; n++) file.write({ n })
    await file.close()
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.deepEqual(await linesOf(path), [{ n: 0 }, { n: 1 }, { n: 2 }])
  })

  test('goes on where an earlier run ended, and takes others out of an open file', async (t) => {
    const { path, file } = await newFile(t)
    await writeFile(path, '{"n":0}\n', { mode: 0o644 })
    file.write({ n: 1 })
    await file.close()
    assert.deepEqual(await linesOf(path), [{ n: 0 }, { n: 1 }])
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  test('is moved aside when it is full, and only one old file is kept', async (t) => {
    const limit = 200
    const { folder, path, file, failures } = await newFile(t, limit)
    for (let n = 0; n < 100; n++) {
      file.write({ n, text: 'x'.repeat(50) })
      await new Promise(setImmediate)
    }
    await file.close()
    assert.deepEqual(failures, [])
    assert.deepEqual((await readdir(folder)).sort(), ['security.log', 'security.log.1'])
    assert.equal((await linesOf(path)).at(-1).n, 99)
    for (const name of ['security.log', 'security.log.1'])
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600)
  })

  test('never fails: a disk that takes nothing loses lines, is told once, and says later how many', async (t) => {
    const { path, file, failures } = await newFile(t)
    await symlink('/dev/null', path) // links are not followed
    for (let n = 0; n < 5; n++) {
      file.write({ n })
      await file.close()
    }
    assert.equal(failures.length, 1)
    await rm(path)
    file.write({ n: 5 })
    await file.close()
    assert.deepEqual(await linesOf(path), [{ n: 5, lost: 5 }])
  })

  test('lets a bounded number of lines wait', async (t) => {
    const { path, file } = await newFile(t)
    for (let n = 0; n < 5000; n++) file.write({ n })
    await file.close()
    file.write({ n: 5000 })
    await file.close()
    const lines = await linesOf(path)
    assert.equal(lines.length, 1001)
    assert.equal(lines.at(-1).lost, 4000)
  })
})
