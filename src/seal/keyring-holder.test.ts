import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { OpenError } from './aead.ts'
import { createKeyring, headerOf } from './keyring.ts'
import { KeyringHolder } from './keyring-holder.ts'

const value = Buffer.from('value')

test('a sealer that was handed out seals under the new version once the keyring was exchanged, and opens both', () => {
  const holder = new KeyringHolder(createKeyring())
  const sealer = holder.sealer('kms')
  const old = sealer.seal(value, ['place'])
  holder.replace(holder.current.withNewVersion('kms'))
  const sealed = sealer.seal(value, ['place'])
  assert.deepEqual([old.subarray(0, 5), sealed.subarray(0, 5)], [headerOf(1), headerOf(2)])
  for (const each of [old, sealed]) assert.deepEqual(sealer.open(each, ['place']), value)

  holder.replace(holder.current.withNewestOnly('kms'))
  assert.throws(() => sealer.open(old, ['place']), OpenError)
  assert.deepEqual(sealer.open(sealed, ['place']), value)
})

test('an authenticator that was handed out tags under the new version, and verifies both', () => {
  const holder = new KeyringHolder(createKeyring())
  const authenticator = holder.authenticator('row-mac')
  const old = authenticator.tag(['row'])
  holder.replace(holder.current.withNewVersion('row-mac'))
  const tag = authenticator.tag(['row'])
  assert.deepEqual(tag.subarray(0, 5), headerOf(2))
  assert.deepEqual([authenticator.verify(['row'], old), authenticator.verify(['row'], tag)], [true, true])
  holder.replace(holder.current.withNewestOnly('row-mac'))
  assert.deepEqual([authenticator.verify(['row'], old), authenticator.verify(['row'], tag)], [false, true])
})

test('a printed holder shows no key', () => {
  const holder = new KeyringHolder(createKeyring())
  holder.sealer('kms').seal(value, [])
  assert.doesNotMatch(inspect(holder, { depth: 9, showHidden: true }), /Buffer|Uint8Array/)
})
