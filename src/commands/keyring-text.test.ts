import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DescribedKeyring, keyringText, resealedText } from './keyring-text.ts'

type Rotation = NonNullable<DescribedKeyring['Purposes'][number]['Rotation']>

const RetiresDate = new Date('2026-06-15T12:34:56Z')
const rotation = (given: Partial<Rotation>): Rotation => ({ Total: 0, Done: 0, Altered: 0, Complete: true, ...given })
const keyring = (Purpose: 'kms' | 'session', Rotation?: Rotation): DescribedKeyring => ({
  Purposes: [{ Purpose, Versions: Rotation ? [3, 4] : [3], Rotation }],
})

test('a purpose at rest is its version', () => {
  assert.equal(keyringText(keyring('kms'), 80), 'kms: version 3\n')
})

test('a rotation shows how far it is, and until when old versions are kept', () => {
  const underWay = keyring('kms', rotation({ Total: 300, Done: 120, Complete: false, RetiresDate }))
  assert.equal(keyringText(underWay, 80), 'kms: version 4, 120 of 300 resealed\n')
  const done = keyring('kms', rotation({ Total: 300, Done: 301, RetiresDate }))
  assert.equal(keyringText(done, 80), 'kms: version 4, 300 of 300 resealed, 3 is kept until 2026-06-15 12:34 UTC\n')
  const sessions = keyring('session', rotation({ RetiresDate }))
  assert.equal(keyringText(sessions, 80), 'session: version 4, 3 is kept until 2026-06-15 12:34 UTC\n')
})

test('what somebody altered is said, and what that means', () => {
  const text = keyringText(keyring('kms', rotation({ Total: 9, Done: 7, Altered: 2 })), 200)
  assert.equal(
    text,
    'kms: version 4, 7 of 9 resealed, 2 altered by somebody: the log of the server names them, and 3 stays as long as they do\n',
  )
})

test('no line is wider than the terminal', () => {
  const text = keyringText(keyring('session', rotation({ Total: 1000, Done: 990, Altered: 10 })), 30)
  for (const line of text.split('\n')) assert.ok(line.length <= 30, line)
})

test('progress is counted over all purposes, until everything has been looked at', () => {
  const both = {
    Purposes: [
      ...keyring('kms', rotation({ Total: 10, Done: 12, Complete: true })).Purposes,
      ...keyring('session', rotation({ Total: 30, Done: 5, Complete: false })).Purposes,
    ],
  }
  assert.equal(resealedText(both), 'Resealed 15 of 40\n')
  assert.equal(resealedText(keyring('kms', rotation({ Total: 3, Done: 3 }))), undefined)
  assert.equal(resealedText(keyring('kms')), undefined)
})
