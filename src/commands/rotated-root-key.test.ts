import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RootKeySource } from '../root-key-source.ts'
import { rotatedRootKey } from './rotated-root-key.ts'

test('the export that it asks for is of the key that was made', () => {
  const textOf = (source: RootKeySource) => rotatedRootKey({ dataDir: '/srv/data', fingerprint: 'f', source })
  for (const [source, command] of [
    [{ kind: 'file', path: '/srv/data.key', chosen: true }, 'coffer root-key export --data-dir /srv/data'],
    [
      { kind: 'file', path: '/etc/next.key', chosen: true },
      'coffer root-key export --data-dir /srv/data --root-key-file /etc/next.key',
    ],
    [
      { kind: 'credential', name: 'root', directory: undefined },
      'coffer root-key export --data-dir /srv/data --root-key-systemd-credential root',
    ],
  ] as const)
    assert.ok(textOf(source).endsWith(`\n  ${command}\n`), textOf(source))
})

test('a KMS other than AWS is named with its endpoint', () => {
  const key = 'arn:aws:kms:eu-central-1:111122223333:key/1'
  const textOf = (endpoint: string) => {
    const kms = { key, region: 'eu-central-1', endpoint: new URL(endpoint) }
    const source = { ...kms, kind: 'kms', credentials: { kind: 'file', path: '/c', profile: 'default' } } as const
    return rotatedRootKey({ dataDir: '/srv/data', fingerprint: key, source })
  }
  assert.ok(textOf('https://kms.eu-central-1.amazonaws.com').includes(`  --root-key-kms-key ${key}\n`))
  const there = `  --root-key-kms-key ${key} --root-key-kms-endpoint https://keys.example:4566\n`
  assert.ok(textOf('https://keys.example:4566').includes(there))
})

test('paths in what is to be typed are quoted where a shell would split them', () => {
  const source = { kind: 'file', path: '/srv/my data.key', chosen: true } as const
  const inPlace = rotatedRootKey({ dataDir: '/srv/my data', fingerprint: 'f', source, kept: '/srv/my data.key.0123' })
  assert.ok(inPlace.includes("  shred -u '/srv/my data.key.0123'\n"), inPlace)
  const moved = rotatedRootKey({ dataDir: '/srv/my data', fingerprint: 'f', source, made: source.path })
  assert.ok(moved.includes("  --root-key-file '/srv/my data.key'\n"), moved)
  const plain = rotatedRootKey({ dataDir: '/srv/my data', fingerprint: 'f', source, kept: '/srv/data.key.0123' })
  assert.ok(plain.includes('  shred -u /srv/data.key.0123\n'), plain)
})
