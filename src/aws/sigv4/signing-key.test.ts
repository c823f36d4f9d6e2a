import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deriveSigningKey, SigningKeyCache } from './signing-key.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const SCOPE = { date: '20150830', region: 'us-east-1', service: 'secretsmanager' }

test('the derived key equals the reference value', () => {
  const key = deriveSigningKey(SECRET, SCOPE).export().toString('hex')
  assert.equal(key, 'a8647fdf0a842ccff61df909a34525b9a41242ab8562e430eb0421d125466a37')
})

test('the cache finds a key only for the caller, secret and scope that it was added for', () => {
  const cache = new SigningKeyCache()
  const key = deriveSigningKey(SECRET, SCOPE)
  cache.add('AKID', SECRET, SCOPE, key)
  assert.equal(cache.find('AKID', SECRET, SCOPE), key)
  assert.equal(cache.find('AKIE', SECRET, SCOPE), undefined)
  assert.equal(cache.find('AKID', `${SECRET}x`, SCOPE), undefined)
  assert.equal(cache.find('AKID', SECRET, { ...SCOPE, date: '20150831' }), undefined)
  assert.equal(cache.find('AKID', SECRET, { ...SCOPE, region: 'us-east-2' }), undefined)
  assert.equal(cache.find('AKID', SECRET, { ...SCOPE, service: 'kms' }), undefined)
})

test('a full cache forgets the key that was added first', () => {
  const cache = new SigningKeyCache(2)
  const key = deriveSigningKey(SECRET, SCOPE)
  for (const id of ['A', 'B', 'B', 'C']) cache.add(id, SECRET, SCOPE, key)
  assert.deepEqual(
    ['A', 'B', 'C'].map((id) => cache.find(id, SECRET, SCOPE) !== undefined),
    [false, true, true],
  )
})

test('whatever was added before, the cache answers with the key of the secret that is asked for, or not at all', () => {
  const step = fc.record({ id: fc.constantFrom('A', 'B', 'C'), secret: fc.constantFrom('one', 'two', 'three') })
  const derived = (secret: string) => deriveSigningKey(secret, SCOPE)
  fc.assert(
    fc.property(fc.array(step), step, (steps, asked) => {
      const cache = new SigningKeyCache(2)
      for (const { id, secret } of steps) cache.add(id, secret, SCOPE, derived(secret))
      const found = cache.find(asked.id, asked.secret, SCOPE)
      assert.ok(found === undefined || found.equals(derived(asked.secret)))
    }),
  )
})
