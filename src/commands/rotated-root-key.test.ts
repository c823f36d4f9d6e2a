import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rotatedRootKey } from './rotated-root-key.ts'

test('paths in what is to be typed are quoted where a shell would split them', () => {
  const source = { kind: 'file', path: '/srv/my data.key', chosen: true } as const
  const inPlace = rotatedRootKey({ fingerprint: 'f', source, kept: '/srv/my data.key.0123' })
  assert.ok(inPlace.includes("  shred -u '/srv/my data.key.0123'\n"), inPlace)
  const moved = rotatedRootKey({ fingerprint: 'f', source, made: source.path })
  assert.ok(moved.includes("  --root-key-file '/srv/my data.key'\n"), moved)
  const plain = rotatedRootKey({ fingerprint: 'f', source, kept: '/srv/data.key.0123' })
  assert.ok(plain.includes('  shred -u /srv/data.key.0123\n'), plain)
})
