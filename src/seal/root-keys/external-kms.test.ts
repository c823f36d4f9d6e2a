import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { OpenError } from '../aead.ts'
import { createKeyring, unwrapKeyring, wrapKeyring } from '../keyring.ts'
import { RootKeyError } from '../root-key-error.ts'
import { type AskKms, externalKmsRootKey, KmsRefusal, type KmsRequest } from './external-kms.ts'

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const place = ['coffer/keyring/key', 1, 'here', 'kms', 1]
const key = randomBytes(32)

/** A KMS that stands for the world's: what it encrypted opens with the same key and context only. */
function kms(): { ask: AskKms; asked: [string, KmsRequest][] } {
  const asked: [string, KmsRequest][] = []
  const blobs = new Map<string, string>()
  const ask: AskKms = async (operation, request) => {
    asked.push([operation, request])
    const { KeyId, EncryptionContext, Plaintext, CiphertextBlob } = request
    const bound = JSON.stringify([KeyId, EncryptionContext])
    if (operation === 'Encrypt') {
      const blob = randomBytes(100).toString('base64')
      blobs.set(bound + blob, Plaintext ?? '')
      return { KeyId, CiphertextBlob: blob, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
    }
    const found = blobs.get(bound + CiphertextBlob)
    if (found === undefined) throw new KmsRefusal('InvalidCiphertextException', '')
    return { KeyId, Plaintext: found }
  }
  return { ask, asked }
}

test('a keyring that a KMS wraps is unwrapped by it, and its fingerprint is the ARN of the key', async () => {
  const { ask } = kms()
  const root = externalKmsRootKey(ARN, ask)
  assert.equal(root.fingerprint, ARN)
  const keyring = createKeyring().withNewVersion('kms')
  const loaded = await unwrapKeyring(await wrapKeyring(keyring, root, 'here'), root, 'here')
  const sealed = keyring.sealer('kms').seal(Buffer.from('value'), ['x'])
  assert.equal(loaded.sealer('kms').open(sealed, ['x']).toString(), 'value')
})

test('the encryption context says for what, in words', async () => {
  const { ask, asked } = kms()
  await externalKmsRootKey(ARN, ask).wrap(key, place)
  assert.deepEqual(asked, [
    [
      'Encrypt',
      {
        KeyId: ARN,
        Plaintext: key.toString('base64'),
        EncryptionContext: {
          'coffer:record': 'coffer/keyring/key 1',
          'coffer:installation': 'here',
          'coffer:purpose': 'kms',
          'coffer:version': '1',
        },
      },
    ],
  ])
})

test('another place, altered bytes and what another kind of root key wrapped reject with OpenError', async () => {
  const root = externalKmsRootKey(ARN, kms().ask)
  const wrapped = await root.wrap(key, place)
  await assert.rejects(root.unwrap(wrapped, [...place.slice(0, 4), 2]), OpenError)
  await assert.rejects(root.unwrap(wrapped.subarray(0, 40), place), OpenError)
  await assert.rejects(root.unwrap(Buffer.concat([Uint8Array.of(1), wrapped.subarray(1)]), place), OpenError)
  await assert.rejects(root.unwrap(new Uint8Array(), place), OpenError)
})

test('a refusal is one line with the key and the reason', async () => {
  const root = externalKmsRootKey(ARN, async () => {
    throw new KmsRefusal('AccessDeniedException', 'User: x is not authorized to perform: kms:Encrypt')
  })
  await assert.rejects(root.wrap(key, place), (error) => {
    assert.ok(error instanceof RootKeyError)
    assert.equal(error.code, 'refused')
    assert.equal(
      error.message,
      `Cannot use the root key: ${ARN}: AccessDeniedException: User: x is not authorized to perform: kms:Encrypt`,
    )
    return true
  })
})

test('an answer by another key, or one that holds nothing, is none', async () => {
  const answers = [{ KeyId: `${ARN}0`, CiphertextBlob: 'AAAA', Plaintext: 'AAAA' }, { KeyId: ARN }, {}]
  for (const answer of answers) {
    const root = externalKmsRootKey(ARN, async () => answer)
    await assert.rejects(root.wrap(key, place), { code: 'refused' })
    await assert.rejects(root.unwrap(Uint8Array.of(2, 1), place), { code: 'refused' })
  }
})
