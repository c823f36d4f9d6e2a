import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { OpenError } from './aead.ts'
import {
  createKeyring,
  KeyringError,
  type Purpose,
  purposes,
  unwrapKeyring,
  type WrappedKey,
  wrapKeyring,
  wrapNewest,
} from './keyring.ts'
import type { Place } from './place.ts'
import { localRootKey } from './root-key.ts'

const place: Place = ['key-material', '123456789012', 1]
const others: Place[] = [[], [...place, null], place.slice(1), place.with(2, '1'), place.with(2, 2), place.with(0, '')]
const plaintext = Buffer.from('key material')
const root = localRootKey(randomBytes(32))

function* singleByteChanges(bytes: Buffer) {
  for (let index = 0; index < bytes.byteLength; index++) {
    for (let change = 1; change < 256; change++) {
      const altered = Buffer.from(bytes)
      altered[index]! ^= change
      yield altered
    }
  }
}

describe('sealer', () => {
  const keyring = createKeyring()
  const sealer = keyring.sealer('kms')

  test('opening gives back what was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        assert.deepEqual(new Uint8Array(sealer.open(sealer.seal(bytes, place), place)), bytes)
      }),
    )
  })

  test('a blob names the version of its key', () => {
    assert.equal(sealer.seal(plaintext, place).toString('hex', 0, 5), '0100000001')
    assert.equal(keyring.withNewVersion('kms').sealer('kms').seal(plaintext, place).toString('hex', 0, 5), '0100000002')
  })

  test('every other value of every single byte and every shorter blob is refused', () => {
    const sealed = sealer.seal(plaintext, place)
    for (const altered of singleByteChanges(sealed)) assert.throws(() => sealer.open(altered, place), OpenError)
    for (let length = 0; length < sealed.byteLength; length++) {
      assert.throws(() => sealer.open(sealed.subarray(0, length), place), OpenError)
    }
  })

  test('another place, purpose or keyring is refused', () => {
    const sealed = sealer.seal(plaintext, place)
    for (const other of others) assert.throws(() => sealer.open(sealed, other), OpenError)
    for (const purpose of purposes.filter((purpose) => purpose !== 'kms')) {
      assert.throws(() => keyring.sealer(purpose).open(sealed, place), OpenError)
    }
    assert.throws(() => createKeyring().sealer('kms').open(sealed, place), OpenError)
  })

  test('what old versions sealed still opens, and a keyring without the new version does not open its blobs', () => {
    const rotated = keyring.withNewVersion('kms').withNewVersion('kms')
    const [old, recent] = [sealer.seal(plaintext, place), rotated.sealer('kms').seal(plaintext, place)]
    assert.deepEqual(rotated.sealer('kms').open(old, place), plaintext)
    assert.deepEqual(rotated.sealer('kms').open(recent, place), plaintext)
    assert.throws(() => sealer.open(recent, place), OpenError)
  })

  test('a blob that claims another version of its key is refused', () => {
    const rotated = keyring.withNewVersion('kms').sealer('kms')
    const sealed = rotated.seal(plaintext, place)
    for (const version of [0, 1, 3, 0xffffffff]) {
      const altered = Buffer.from(sealed)
      altered.writeUInt32BE(version, 1)
      assert.throws(() => rotated.open(altered, place), OpenError)
    }
  })
})

describe('authenticator', () => {
  const keyring = createKeyring()
  const authenticator = keyring.authenticator('row-mac')
  const fields: Place = ['policy', 'arn:aws:iam::123456789012:policy/p', '{"Version":"2012-10-17"}', null]

  test('a tag verifies for its fields and for no others', () => {
    const tag = authenticator.tag(fields)
    assert.equal(tag.byteLength, 37)
    assert.ok(authenticator.verify(fields, tag))
    for (let index = 0; index < fields.length; index++) assert.ok(!authenticator.verify(fields.with(index, ''), tag))
    assert.ok(!authenticator.verify([...fields, null], tag))
    assert.ok(!authenticator.verify(fields.slice(0, -1), tag))
  })

  test('tags are equal exactly when their fields are', () => {
    const part = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', '1'), fc.constantFrom(1, 2), fc.constant(null))
    const fields = fc.array(part, { maxLength: 3 })
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        const same = JSON.stringify(left) === JSON.stringify(right)
        assert.equal(authenticator.verify(left, authenticator.tag(right)), same)
      }),
      { numRuns: 1000 },
    )
  })

  test('every other value of every single byte, every shorter and every longer tag is refused', () => {
    const tag = authenticator.tag(fields)
    for (const altered of singleByteChanges(tag)) assert.ok(!authenticator.verify(fields, altered))
    for (let length = 0; length < tag.byteLength; length++) {
      assert.ok(!authenticator.verify(fields, tag.subarray(0, length)))
    }
    assert.ok(!authenticator.verify(fields, Buffer.concat([tag, Buffer.alloc(1)])))
  })

  test('another purpose or keyring does not verify', () => {
    const tag = authenticator.tag(fields)
    assert.ok(!keyring.authenticator('trail').verify(fields, tag))
    assert.ok(!createKeyring().authenticator('row-mac').verify(fields, tag))
  })

  test('tags of old versions still verify, and new tags name the new version', () => {
    const rotated = keyring.withNewVersion('row-mac')
    assert.ok(rotated.authenticator('row-mac').verify(fields, authenticator.tag(fields)))
    const tag = rotated.authenticator('row-mac').tag(fields)
    assert.equal(tag.toString('hex', 0, 5), '0100000002')
    assert.ok(rotated.authenticator('row-mac').verify(fields, tag))
    assert.ok(!authenticator.verify(fields, tag))
  })
})

describe('wrapping', () => {
  const keyring = createKeyring().withNewVersion('kms').withNewVersion('session').withNewVersion('kms')

  test('a keyring has version 1 of every purpose, and one more for each rotation', async () => {
    const names = (await wrapKeyring(keyring, root, 'here')).map(({ purpose, version }) => `${purpose} ${version}`)
    assert.deepEqual(names, [
      'kms 1',
      'kms 2',
      'kms 3',
      'access-key 1',
      'session 1',
      'session 2',
      'page-token 1',
      'trail 1',
      'row-mac 1',
    ])
  })

  test('an unwrapped keyring, in whatever order it was stored, opens what the wrapped one sealed', async () => {
    const wrapped = await wrapKeyring(keyring, root, 'here')
    const loaded = await unwrapKeyring(wrapped.toReversed(), root, 'here')
    for (const purpose of purposes) {
      assert.deepEqual(loaded.sealer(purpose).open(keyring.sealer(purpose).seal(plaintext, place), place), plaintext)
      assert.deepEqual(keyring.sealer(purpose).open(loaded.sealer(purpose).seal(plaintext, place), place), plaintext)
      assert.ok(loaded.authenticator(purpose).verify(place, keyring.authenticator(purpose).tag(place)))
    }
  })

  test('wrapping under another root key is how the root key is rotated', async () => {
    const next = localRootKey(randomBytes(32))
    const loaded = await unwrapKeyring(await wrapKeyring(keyring, root, 'here'), root, 'here')
    const reloaded = await unwrapKeyring(await wrapKeyring(loaded, next, 'here'), next, 'here')
    assert.deepEqual(reloaded.sealer('kms').open(keyring.sealer('kms').seal(plaintext, place), place), plaintext)
  })

  test('a wrong root key and another installation reject with OpenError', async () => {
    const wrapped = await wrapKeyring(keyring, root, 'here')
    await assert.rejects(unwrapKeyring(wrapped, localRootKey(randomBytes(32)), 'here'), OpenError)
    await assert.rejects(unwrapKeyring(wrapped, root, 'elsewhere'), OpenError)
  })

  test('of what a rotation has made, only the newest keys are wrapped', async () => {
    const newest = await wrapNewest(keyring, ['kms', 'session'], root, 'here')
    assert.deepEqual(
      newest.map(({ purpose, version }) => `${purpose} ${version}`),
      ['kms 3', 'session 2'],
    )
    const others = (await wrapKeyring(keyring, root, 'here')).filter(
      ({ purpose, version }) => !newest.some((key) => key.purpose === purpose && key.version === version),
    )
    const loaded = await unwrapKeyring([...others, ...newest], root, 'here')
    assert.deepEqual(loaded.sealer('kms').open(keyring.sealer('kms').seal(plaintext, place), place), plaintext)
  })

  test('a keyring whose first versions were retired loads, opens what the newest sealed and goes on counting', async () => {
    const retired = keyring.withNewestOnly('kms')
    assert.deepEqual([retired.versions('kms'), retired.versions('session')], [[3], [1, 2]])
    const loaded = await unwrapKeyring(await wrapKeyring(retired, root, 'here'), root, 'here')
    assert.deepEqual(loaded.sealer('kms').open(keyring.sealer('kms').seal(plaintext, place), place), plaintext)
    const old = createKeyring().sealer('kms').seal(plaintext, place)
    assert.throws(() => loaded.sealer('kms').open(old, place), OpenError)
    assert.deepEqual(loaded.withNewVersion('kms').versions('kms'), [3, 4])
  })

  test('wrapped keys that trade purposes or versions reject with OpenError', async () => {
    const wrapped = await wrapKeyring(keyring, root, 'here')
    const swap = (left: number, right: number) =>
      wrapped
        .with(left, { ...wrapped[left]!, wrapped: wrapped[right]!.wrapped })
        .with(right, { ...wrapped[right]!, wrapped: wrapped[left]!.wrapped })
    await assert.rejects(unwrapKeyring(swap(0, 1), root, 'here'), OpenError)
    await assert.rejects(unwrapKeyring(swap(0, 3), root, 'here'), OpenError)
  })

  test('an incomplete keyring is refused, and the error says what is missing', async () => {
    const wrapped = await wrapKeyring(keyring, root, 'here')
    const without = (purpose: Purpose, version: number) =>
      wrapped.filter((key) => key.purpose !== purpose || key.version !== version)
    const first = wrapped[0]!
    const cases: [keys: WrappedKey[], message: RegExp][] = [
      [[], /kms has no key/],
      [without('trail', 1), /trail has no key/],
      [without('kms', 2), /kms has version 3, wanted 2/],
      [[...wrapped, first], /kms has version 1, wanted 2/],
      [[...wrapped, { ...first, version: 0 }], /kms has version 0, wanted 1/],
      [[...wrapped, { ...first, version: 1.5 }], /kms has version 1.5, wanted 2/],
      [[...wrapped, { ...first, version: Number.NaN }], /wanted/],
      [[...wrapped, { ...first, purpose: 'toString' as Purpose }], /unknown purpose toString/],
    ]
    for (const [keys, message] of cases) {
      await assert.rejects(unwrapKeyring(keys, root, 'here'), (error) => {
        assert.ok(error instanceof KeyringError)
        assert.match(error.message, message)
        return true
      })
    }
  })

  test('a wrapped key of another size is refused', async () => {
    const short = await root.wrap(randomBytes(16), ['coffer/keyring/key', 1, 'here', 'kms', 1])
    const wrapped = await wrapKeyring(createKeyring(), root, 'here')
    const altered = wrapped.with(0, { ...wrapped[0]!, wrapped: short })
    await assert.rejects(unwrapKeyring(altered, root, 'here'), KeyringError)
  })
})

test('a printed keyring, sealer or authenticator shows no key', () => {
  const keyring = createKeyring()
  for (const value of [keyring, keyring.sealer('kms'), keyring.authenticator('trail')]) {
    assert.doesNotMatch(inspect(value, { depth: 9, showHidden: true }), /Buffer|Uint8Array|KeyObject/)
  }
})
