import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { rootKeyFingerprint } from './root-key.ts'
import { RootKeyError, type RootKeyErrorCode } from './root-key-error.ts'
import { exportRootKey, importRootKey } from './root-key-export.ts'

const bytes = randomBytes(32)
const passphrase = 'correct horse battery staple \u00e9'
let text: string

before(async () => {
  text = await exportRootKey(bytes, passphrase)
})

async function refuses(attempt: Promise<unknown>, code: RootKeyErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof RootKeyError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, pattern)
    assert.ok(!error.message.includes('correct horse'))
    return true
  })
}

/** A change by somebody who knows the format, and corrects the checksum. */
function forge(change: (text: string) => string): string {
  const fields = change(text).split('\n').slice(1, 6).join('\n')
  const sum = createHash('sha256').update(fields).digest('hex').slice(0, 16)
  return `-----BEGIN COFFER ROOT KEY-----\n${fields}\nchecksum: ${sum}\n-----END COFFER ROOT KEY-----\n`
}

test('an export shows version, fingerprint, parameters and salt, and no key', () => {
  const lines = text.split('\n')
  assert.deepEqual(lines.slice(0, 4), [
    '-----BEGIN COFFER ROOT KEY-----',
    'version: 1',
    `fingerprint: ${rootKeyFingerprint(bytes)}`,
    'scrypt: N=131072 r=8 p=1',
  ])
  assert.deepEqual(lines.slice(-2), ['-----END COFFER ROOT KEY-----', ''])
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    assert.ok(!text.includes(bytes.toString(encoding).slice(0, 12)))
  }
  assert.equal(
    forge((text) => text),
    text,
  )
})

test('importing gives back the exported key', async () => {
  assert.deepEqual(await importRootKey(text, passphrase), bytes)
})

test('the passphrase opens also when another system composes its letters otherwise', async () => {
  assert.deepEqual(await importRootKey(text, passphrase.normalize('NFD')), bytes)
})

test('an export that went through a mail program still imports', async () => {
  const travelled = `\r\n  ${text.replaceAll('\n', ' \r\n\t')}\r\n`
  assert.deepEqual(await importRootKey(travelled, passphrase), bytes)
})

test('two exports of one key share neither salt nor sealed key', async () => {
  const [first, second] = [text.split('\n'), (await exportRootKey(bytes, passphrase)).split('\n')]
  for (const line of [4, 5]) assert.notEqual(first[line], second[line])
})

test('a wrong passphrase is named as such, with the fingerprint of the key', async () => {
  const named = new RegExp(`does not open the export of ${rootKeyFingerprint(bytes)}$`)
  const wrong = ['', `${passphrase} `]
  await Promise.all(wrong.map((passphrase) => refuses(importRootKey(text, passphrase), 'passphrase', named)))
})

test('an empty passphrase protects nothing and is refused', async () => {
  await refuses(exportRootKey(bytes, ''), 'passphrase', /the passphrase is empty/)
  for (const short of ['x', 'elevenchars'])
    await refuses(exportRootKey(bytes, short), 'passphrase', /the passphrase has fewer than 12 characters/)
})

test('every change of a single character is found before the passphrase is tried', async () => {
  for (let index = 0; index < text.trim().length; index++) {
    const other = text[index] === 'x' ? 'y' : 'x'
    const altered = text.slice(0, index) + other + text.slice(index + 1)
    await refuses(importRootKey(altered, passphrase), 'malformed', /the text (?:was altered|is not an export)/)
  }
})

test('a text that is cut, empty, doubled or something else is refused', async () => {
  const others = [
    '',
    'text',
    text.slice(0, -20),
    text.slice(20),
    text + text,
    text.padEnd(5000, '\n'),
    text.replace(/salt.*\n/, ''),
  ]
  for (const other of others)
    await refuses(importRootKey(other, passphrase), 'malformed', /^Cannot import the root key: /)
})

test('a version that this release does not know is named', async () => {
  const later = forge((text) => text.replace('version: 1', 'version: 2'))
  await refuses(importRootKey(later, passphrase), 'unknown-version', /the export has version 2, wanted 1/)
})

test('parameters that would exhaust memory or time are refused before they are used', async () => {
  const parameters = [
    'N=1073741824 r=8 p=1',
    'N=1048576 r=8 p=1',
    'N=131072 r=65536 p=1',
    'N=131072 r=64 p=1',
    'N=131072 r=8 p=5',
    'N=131072 r=8 p=0',
    'N=131072 r=0 p=1',
    'N=131072 r=1 p=1',
    'N=131071 r=8 p=1',
    'N=1 r=8 p=1',
    'N=0 r=8 p=1',
    'N=9999999999 r=99999 p=99999',
  ]
  for (const parameter of parameters) {
    const hostile = forge((text) => text.replace('N=131072 r=8 p=1', parameter))
    await refuses(importRootKey(hostile, passphrase), 'malformed', /the scrypt parameters N=|the text was altered/)
  }
})

test('a change by somebody who corrects the checksum does not open', async () => {
  const changes: ((text: string) => string)[] = [
    (text) => text.replace(/fingerprint: ./, (found) => `fingerprint: ${found.endsWith('0') ? '1' : '0'}`),
    (text) => text.replace('N=131072', 'N=65536'),
    (text) => text.replace(/salt: ./, (found) => `salt: ${found.endsWith('A') ? 'B' : 'A'}`),
    (text) => text.replace(/key: .{40}/, (found) => found.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))),
  ]
  const forged = changes.map(forge)
  assert.ok(!forged.includes(text))
  await Promise.all(forged.map((text) => refuses(importRootKey(text, passphrase), 'passphrase', /does not open/)))
})
