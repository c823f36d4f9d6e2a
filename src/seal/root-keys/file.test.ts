import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RootKeyError, type RootKeyErrorCode } from '../root-key-error.ts'
import { formatRootKey, generateRootKey } from '../root-key-material.ts'
import { createRootKeyFile, readRootKeyFile } from './file.ts'

/** A folder of its own for each test, removed at the end. */
async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'coffer-root-key-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

async function refuses(attempt: Promise<unknown>, code: RootKeyErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof RootKeyError)
    assert.equal(error.code, code)
    assert.match(error.message, /^Cannot (?:read|create) the root key file: \S+ [^\n]+$/)
    assert.match(error.message, pattern)
    return true
  })
}

test('a created file is one line, private to its owner, and reads back as the same key', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  const created = await createRootKeyFile(path)
  assert.match(await readFile(path, 'latin1'), /^coffer-root-key:v1:[\w-]{43}\n$/)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const read = await readRootKeyFile(path)
  assert.deepEqual(read.bytes, created.bytes)
  assert.equal(read.fingerprint, created.fingerprint)
})

test('the mode of a created file does not depend on the umask', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  const before = process.umask(0o777)
  try {
    await createRootKeyFile(path)
  } finally {
    process.umask(before)
  }
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('an existing file is never overwritten, whatever it holds', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  await writeFile(path, '', { mode: 0o644 })
  await refuses(createRootKeyFile(path), 'exists', /never overwritten/)
  assert.equal(await readFile(path, 'utf8'), '')
  assert.equal((await stat(path)).mode & 0o777, 0o644)
})

test('a symbolic link in the place of the new file is not followed', async () => {
  await using folder = await temporaryFolder()
  await symlink(join(folder.path, 'elsewhere'), join(folder.path, 'key'))
  await refuses(createRootKeyFile(join(folder.path, 'key')), 'exists', /never overwritten/)
  assert.deepEqual(await readdir(folder.path), ['key'])
})

test('of several creations at once exactly one succeeds, and its key is in the file', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => createRootKeyFile(path)))
  const [made, ...more] = results.filter((result) => result.status === 'fulfilled')
  assert.equal(more.length, 0)
  assert.deepEqual((await readRootKeyFile(path)).bytes, made?.value.bytes)
})

test('a file that could not be written leaves nothing behind', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  // A limit of no bytes for files lets the process make one, and not write to it.
  const program = `
    const { createRootKeyFile } = await import(${JSON.stringify(new URL('./file.ts', import.meta.url).href)})
    await createRootKeyFile(${JSON.stringify(path)}).catch(({ code, message }) => console.log(code, message))`
  const run = 'ulimit -f 0; exec "$0" --input-type=module --eval "$1"'
  const output = execFileSync('/bin/sh', ['-c', run, process.execPath, program], { encoding: 'utf8', env: {} })
  assert.equal(
    output,
    `inaccessible Cannot create the root key file: ${path} was refused by the operating system (EFBIG)\n`,
  )
  assert.deepEqual(await readdir(folder.path), [])
})

test('a file in a folder that does not exist is neither made nor read', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'no', 'key')
  await refuses(createRootKeyFile(path), 'missing', /its folder does not/)
  await refuses(readRootKeyFile(path), 'missing', /does not exist/)
})

test('a file that others can read or change is refused, and its mode is named', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  await createRootKeyFile(path)
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777]) {
    await chmod(path, mode)
    await refuses(readRootKeyFile(path), 'exposed', new RegExp(`has mode 0${mode.toString(8)}, wanted 0600`))
  }
  await chmod(path, 0o400)
  await readRootKeyFile(path)
})

test('what counts behind a symbolic link is the file it leads to', async () => {
  await using folder = await temporaryFolder()
  const [target, link] = [join(folder.path, 'target'), join(folder.path, 'link')]
  const { fingerprint } = await createRootKeyFile(target)
  await symlink(target, link)
  assert.equal((await readRootKeyFile(link)).fingerprint, fingerprint)
  await chmod(target, 0o644)
  await refuses(readRootKeyFile(link), 'exposed', /has mode 0644/)
})

test('what is not a regular file is refused, and a named pipe is not waited for', async () => {
  await using folder = await temporaryFolder()
  const [directory, pipe] = [join(folder.path, 'directory'), join(folder.path, 'pipe')]
  await mkdir(directory, { mode: 0o700 })
  execFileSync('mkfifo', ['-m', '600', pipe])
  await refuses(readRootKeyFile(directory), 'malformed', /is not a regular file/)
  await refuses(readRootKeyFile(pipe), 'malformed', /is not a regular file/)
})

test('a failure of the operating system is reported by its code', async () => {
  await using folder = await temporaryFolder()
  const [loop, file] = [join(folder.path, 'loop'), join(folder.path, 'file')]
  await symlink(loop, loop)
  await writeFile(file, '')
  await refuses(readRootKeyFile(loop), 'inaccessible', /ELOOP/)
  await refuses(readRootKeyFile(join(file, 'key')), 'inaccessible', /ENOTDIR/)
  await refuses(createRootKeyFile(join(file, 'key')), 'inaccessible', /ENOTDIR/)
})

test('one newline at the end of the text, of either kind, is accepted', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  const material = generateRootKey()
  for (const end of ['', '\n', '\r\n']) {
    await writeFile(path, formatRootKey(material) + end, { mode: 0o600 })
    assert.deepEqual((await readRootKeyFile(path)).bytes, material.bytes)
  }
})

test('text that is no root key is refused and never shown', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  const text = formatRootKey(generateRootKey())
  const encoded = text.slice('coffer-root-key:v1:'.length)
  const cases: [content: string | Uint8Array, code: RootKeyErrorCode, pattern: RegExp][] = [
    ['', 'empty', /is empty, expected coffer-root-key:v1:/],
    [Buffer.alloc(64), 'empty', /is empty, expected coffer-root-key:v1:/],
    ['\n', 'malformed', /is not the text of a root key/],
    [encoded, 'malformed', /is not the text of a root key/],
    [text.slice(0, -1), 'malformed', /is a damaged root key/],
    [`${text}A`, 'malformed', /is a damaged root key/],
    [`${text}\n\n`, 'malformed', /root key/],
    [`${text}\n${text}\n`, 'malformed', /root key/],
    [text.padEnd(300), 'malformed', /has more than 256 bytes/],
    [`\ufeff${text}`, 'malformed', /is not the text of a root key/],
    [Buffer.alloc(32, 0xff), 'malformed', /is not the text of a root key/],
    [text.replace(':v1:', ':v2:'), 'unknown-version', /of version v2, wanted v1/],
  ]
  for (const [content, code, pattern] of cases) {
    await writeFile(path, content, { mode: 0o600 })
    await refuses(readRootKeyFile(path), code, pattern)
    await assert.rejects(readRootKeyFile(path), ({ message }: Error) => !message.includes(encoded.slice(0, 8)))
  }
})
