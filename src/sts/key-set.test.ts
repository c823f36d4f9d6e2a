import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { IssuerFault } from './fetch-json.ts'
import { type IssuerKey, keysWithId, MAX_KEYS, readKeySet } from './key-set.ts'

const pair = async (alg: string, modulusLength?: number) =>
  generateKeyPair(alg, { extractable: true, ...(modulusLength && { modulusLength }) })
const publicJwk = async (alg: string, modulusLength?: number) => exportJWK((await pair(alg, modulusLength)).publicKey)

const rsa: JWK = { ...(await publicJwk('RS256')), kid: 'r' }
const ec: JWK = { ...(await publicJwk('ES256')), kid: 'e' }
const one = (key: object) => readKeySet({ keys: [key] })
/** Keys as they were published. */
const published = (keys: readonly IssuerKey[]) =>
  Promise.all(keys.map(async ({ kid, key }) => ({ ...(await exportJWK(key)), ...(kid !== undefined && { kid }) })))

describe('keys that are taken', () => {
  test('RSA of 2048 bits and P-256 are, with their key ids and algorithms', async () => {
    const keys = await readKeySet({ keys: [rsa, ec] })
    assert.deepEqual(await published(keys), [rsa, ec])
    assert.deepEqual(
      keys.map(({ alg }) => alg),
      ['RS256', 'ES256'],
    )
  })

  test('keys that say they are for signatures are', async () => {
    assert.equal((await one({ ...rsa, use: 'sig', alg: 'RS256', key_ops: ['verify'] })).length, 1)
    assert.equal((await one({ ...ec, use: 'sig', alg: 'ES256' })).length, 1)
  })

  test('only public members are', async () => {
    const { privateKey } = await pair('RS256')
    const [key] = await one(await exportJWK(privateKey))
    assert.deepEqual([key?.key.type, key?.key.usages], ['public', ['verify']])
  })

  test('no more than a bounded number is', async () => {
    assert.equal((await readKeySet({ keys: Array(MAX_KEYS + 1).fill(rsa) })).length, MAX_KEYS)
  })
})

describe('keys that are passed over', async () => {
  const passedOver: readonly [name: string, key: unknown][] = [
    ['RSA of 1024 bits', { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 0xc5).toString('base64url') }],
    [
      'RSA of 1024 bits that zeros make long',
      { kty: 'RSA', e: 'AQAB', n: Buffer.concat([Buffer.alloc(128), Buffer.alloc(128, 0xc5)]).toString('base64url') },
    ],
    ['RSA of more bits than anybody needs', { ...rsa, n: Buffer.alloc(1025, 0xc5).toString('base64url') }],
    ['RSA with the exponent 1, for which everything is signed', { ...rsa, e: 'AQ' }],
    ['RSA with an even exponent', { ...rsa, e: Buffer.from([2]).toString('base64url') }],
    ['RSA with an exponent of five bytes', { ...rsa, e: Buffer.from([1, 0, 0, 0, 1]).toString('base64url') }],
    ['RSA without a modulus', { kty: 'RSA', e: 'AQAB' }],
    ['RSA whose modulus is no base64url', { ...rsa, n: `${rsa.n}=+` }],
    ['P-384', await publicJwk('ES384')],
    ['P-256 with short coordinates', { ...ec, x: 'AQAB' }],
    ['a point that is not on the curve', { ...ec, y: ec.x }],
    ['a symmetric key', { kty: 'oct', k: 'AQAB' }],
    ['Ed25519', await publicJwk('EdDSA')],
    ['a key for encryption', { ...rsa, use: 'enc' }],
    ['a key that may not verify', { ...rsa, key_ops: ['encrypt'] }],
    ['a key for another algorithm', { ...rsa, alg: 'PS256' }],
    ['a type that objects have by birth', { kty: 'constructor' }],
    ['null', null],
    ['a text', 'key'],
  ]
  for (const [name, key] of passedOver)
    test(name, async () => assert.deepEqual(await published(await readKeySet({ keys: [key, ec] })), [ec]))
})

test('what is no key set is a fault of the issuer', async () => {
  for (const document of [undefined, null, [], 'keys', {}, { keys: {} }])
    await assert.rejects(readKeySet(document), IssuerFault)
})

test('a key id finds every key that has it, and no key id finds all', async () => {
  const keys = await readKeySet({ keys: [rsa, ec, { ...ec, kid: 'r' }] })
  const [first, , twin] = keys
  assert.deepEqual(keysWithId(keys, 'r'), [first, twin])
  assert.deepEqual(keysWithId(keys, undefined), keys)
  assert.deepEqual(keysWithId(keys, ''), [])
})
