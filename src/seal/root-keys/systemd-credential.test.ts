import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { RootKeyError, type RootKeyErrorCode } from '../root-key-error.ts'
import { formatRootKey, RootKeyMaterial } from '../root-key-material.ts'
import { readRootKeyCredential } from './systemd-credential.ts'

let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-credentials-'))
})
after(() => rm(directory, { recursive: true }))

const material = new RootKeyMaterial(randomBytes(32))

async function refuses(attempt: Promise<unknown>, code: RootKeyErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof RootKeyError)
    assert.equal(error.code, code)
    assert.match(error.message, /^Cannot use the systemd credential: [^\n]+$/)
    assert.match(error.message, pattern)
    return true
  })
}

test('a credential reads in every form in which a root key is written', async () => {
  const { bytes } = material
  for (const text of [formatRootKey(material), bytes.toString('hex'), `${bytes.toString('base64')}\n`]) {
    await writeFile(join(directory, 'root-key'), text, { mode: 0o400 })
    assert.equal((await readRootKeyCredential('root-key', directory)).fingerprint, material.fingerprint)
    await rm(join(directory, 'root-key'))
  }
})

test('the mode that systemd gives to a file with an access control list is taken, and no wider one', async () => {
  const path = join(directory, 'modes')
  await writeFile(path, formatRootKey(material))
  for (const mode of [0o400, 0o440, 0o600]) {
    await chmod(path, mode)
    await readRootKeyCredential('modes', directory)
  }
  for (const mode of [0o444, 0o404, 0o460, 0o620, 0o644]) {
    await chmod(path, mode)
    await refuses(readRootKeyCredential('modes', directory), 'exposed', /wanted 0440 or less/)
  }
})

test('without systemd, and without the credential, the line says what is missing', async () => {
  await refuses(readRootKeyCredential('root-key', undefined), 'missing', /CREDENTIALS_DIRECTORY is not set/)
  await refuses(readRootKeyCredential('absent', directory), 'missing', /: absent does not exist/)
})

test('a name leads to no other folder', async () => {
  for (const name of ['', '.', '..', '../root-key', '/etc/passwd', 'a/b', 'a\nb', 'a\0b', 'x'.repeat(256)])
    await assert.rejects(readRootKeyCredential(name, directory), {
      code: 'malformed',
      message: /is no name of a credential/,
    })
})

test('what is no root key is refused and never shown', async () => {
  const text = 'correct horse battery staple'
  await writeFile(join(directory, 'other'), text, { mode: 0o400 })
  await refuses(readRootKeyCredential('other', directory), 'malformed', /: other is not a root key/)
  await assert.rejects(readRootKeyCredential('other', directory), ({ message }: Error) => !message.includes('horse'))
})
