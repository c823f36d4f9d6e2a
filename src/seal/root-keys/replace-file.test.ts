import assert from 'node:assert/strict'
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRootKeyFile, readRootKeyFile } from './file.ts'
import { assertReplaceable, finishRootKeyFile, makeNextRootKeyFile, readNextRootKeyFile } from './replace-file.ts'

async function folderWithKey() {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-replace-'))
  const path = join(folder, 'key')
  const old = await createRootKeyFile(path)
  return { folder, path, old, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

test('the next key takes the name of the old one, which is kept under its fingerprint', async () => {
  await using at = await folderWithKey()
  const next = await makeNextRootKeyFile(at.path)
  assert.equal((await readRootKeyFile(at.path)).fingerprint, at.old.fingerprint)
  assert.equal((await readNextRootKeyFile(at.path))?.fingerprint, next.fingerprint)

  const kept = await finishRootKeyFile(at.path, at.old.fingerprint)
  assert.equal(kept, `${at.path}.${at.old.fingerprint}`)
  assert.equal((await readRootKeyFile(at.path)).fingerprint, next.fingerprint)
  assert.equal((await readRootKeyFile(kept ?? '')).fingerprint, at.old.fingerprint)
  assert.equal((await stat(at.path)).mode & 0o777, 0o600)
  assert.deepEqual((await readdir(at.folder)).sort(), ['key', `key.${at.old.fingerprint}`])
})

test('a next key that an interruption has left is taken up again', async () => {
  await using at = await folderWithKey()
  const first = await makeNextRootKeyFile(at.path)
  assert.equal((await makeNextRootKeyFile(at.path)).fingerprint, first.fingerprint)
})

test('half a next key, as a power cut leaves it, is made anew', async () => {
  await using at = await folderWithKey()
  for (const half of ['', 'coffer-root-key:v1:AbC']) {
    await writeFile(`${at.path}.new`, half, { mode: 0o600 })
    assert.equal(await readNextRootKeyFile(at.path), undefined)
    const { fingerprint } = await makeNextRootKeyFile(at.path)
    assert.equal((await readNextRootKeyFile(at.path))?.fingerprint, fingerprint)
    await rm(`${at.path}.new`)
  }
})

test('finishing goes on where it was interrupted: once the old key was kept, and once it is gone', async () => {
  await using at = await folderWithKey()
  const next = await makeNextRootKeyFile(at.path)
  await writeFile(`${at.path}.${at.old.fingerprint}`, await readFile(at.path), { mode: 0o600 })
  await finishRootKeyFile(at.path, at.old.fingerprint)
  assert.equal((await readRootKeyFile(at.path)).fingerprint, next.fingerprint)

  const third = await makeNextRootKeyFile(at.path)
  await rm(at.path)
  assert.equal(await finishRootKeyFile(at.path, undefined), undefined)
  assert.equal((await readRootKeyFile(at.path)).fingerprint, third.fingerprint)
})

test('a symbolic link stays, and the file behind it is replaced where it lies', async () => {
  await using at = await folderWithKey()
  const linked = join(at.folder, 'link')
  await symlink(at.path, linked)
  const next = await makeNextRootKeyFile(linked)
  await finishRootKeyFile(linked, at.old.fingerprint)
  assert.ok((await lstat(linked)).isSymbolicLink())
  assert.equal((await readRootKeyFile(linked)).fingerprint, next.fingerprint)
  assert.equal((await readRootKeyFile(at.path)).fingerprint, next.fingerprint)
})

test('whether a file can be replaced is found out without a trace', async () => {
  await using at = await folderWithKey()
  await assertReplaceable(at.path, at.old.fingerprint)
  assert.deepEqual(await readdir(at.folder), ['key'])
  await assert.rejects(assertReplaceable(at.path, 'f'.repeat(255)), /^RootKeyError: Cannot replace the root key file: /)
  // The old key that an interruption has kept stays.
  await writeFile(`${at.path}.${at.old.fingerprint}`, await readFile(at.path), { mode: 0o600 })
  await assertReplaceable(at.path, at.old.fingerprint)
  assert.equal((await readdir(at.folder)).length, 2)
})

test('where there is no next key, nothing is replaced', async () => {
  await using at = await folderWithKey()
  await assert.rejects(
    finishRootKeyFile(at.path, at.old.fingerprint),
    /^RootKeyError: Cannot replace the root key file: /,
  )
  assert.equal((await readRootKeyFile(at.path)).fingerprint, at.old.fingerprint)
})
