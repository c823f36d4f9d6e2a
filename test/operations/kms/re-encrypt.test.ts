import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ReEncryptCommandInput } from '@aws-sdk/client-kms'
import { startApp } from '../../start-app.ts'
import { allow, bytes, DENIED, DRY, makeKey, text } from './keys.ts'

const app = await startApp()
after(() => app.close())
const { kms } = app
const [from, to] = [await makeKey(kms), await makeKey(kms)]
const OLD = { stage: 'old' }
const NEW = { stage: 'new' }
const { CiphertextBlob } = await kms.encrypt({ KeyId: from.id, Plaintext: bytes('kept'), EncryptionContext: OLD })
const request = {
  CiphertextBlob,
  SourceEncryptionContext: OLD,
  DestinationKeyId: to.arn,
  DestinationEncryptionContext: NEW,
}
const materialOf = async ({ id }: { id: string }) =>
  (await kms.describeKey({ KeyId: id })).KeyMetadata?.CurrentKeyMaterialId

describe('what is encrypted again', () => {
  test('opens under the other key, with the other context', async () => {
    const { $metadata: _, CiphertextBlob: moved, ...rest } = await kms.reEncrypt(request)
    assert.deepEqual(rest, {
      SourceKeyId: from.arn,
      KeyId: to.arn,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyMaterialId: await materialOf(from),
      DestinationKeyMaterialId: await materialOf(to),
    })
    const opened = await kms.decrypt({ CiphertextBlob: moved, EncryptionContext: NEW, KeyId: to.id })
    assert.equal(text(opened.Plaintext), 'kept')
    await assert.rejects(kms.decrypt({ CiphertextBlob: moved, EncryptionContext: OLD }), {
      name: 'InvalidCiphertextException',
    })
  })

  test('is recorded with both keys', async () => {
    await kms.reEncrypt(request)
    const entry = (await app.trail()).at(-1)
    assert.deepEqual([entry?.operation, entry?.arn, entry?.others], ['ReEncrypt', from.arn, [to.arn]])
  })

  test('moves from old material of a key to its current one', async () => {
    const { id: KeyId } = await makeKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: bytes('x') })
    await kms.rotateKeyOnDemand({ KeyId })
    const moved = await kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId })
    assert.notEqual(moved.SourceKeyMaterialId, moved.DestinationKeyMaterialId)
    assert.equal(moved.DestinationKeyMaterialId, await materialOf({ id: KeyId }))
  })
})

describe('refused is', () => {
  const refused: readonly [what: string, members: Partial<ReEncryptCommandInput>, expected: object][] = [
    ['another context', { SourceEncryptionContext: NEW }, { name: 'InvalidCiphertextException' }],
    ['another source', { SourceKeyId: to.id }, { name: 'IncorrectKeyException' }],
    ['nothing', { CiphertextBlob: bytes('x') }, { name: 'InvalidCiphertextException' }],
    ['no ciphertext', { CiphertextBlob: undefined }, { name: 'ValidationException' }],
    ['no destination', { DestinationKeyId: undefined }, { name: 'ValidationException' }],
    ['a destination that is none', { DestinationKeyId: 'alias/none' }, { name: 'NotFoundException' }],
    ['another algorithm to open', { SourceEncryptionAlgorithm: 'SM2PKE' }, { name: 'InvalidKeyUsageException' }],
    ['another algorithm to seal', { DestinationEncryptionAlgorithm: 'SM2PKE' }, { name: 'InvalidKeyUsageException' }],
    ['a token that is none', { GrantTokens: ['x'] }, { name: 'InvalidGrantTokenException' }],
    ['a dry run, with what it would have been', { DryRun: true }, DRY],
  ]
  for (const [what, members, expected] of refused)
    test(what, () => assert.rejects(kms.reEncrypt({ ...request, ...members }), expected))

  test('a key that is not enabled, on either side', async () => {
    const { id: KeyId, arn } = await makeKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: bytes('x') })
    await kms.disableKey({ KeyId })
    const disabled = { name: 'DisabledException', message: `${arn} is disabled.` }
    await assert.rejects(kms.reEncrypt({ CiphertextBlob, DestinationKeyId: to.id }), disabled)
    await assert.rejects(kms.reEncrypt({ ...request, DestinationKeyId: KeyId }), disabled)
  })
})

describe('access', () => {
  const on = (Action: string, Resource: string, rest: object = {}) => ({ Effect: 'Allow', Action, Resource, ...rest })

  test('needs a permission on each key, with the context of its side', async () => {
    const context = (stage: string) => ({ Condition: { StringEquals: { 'kms:EncryptionContext:stage': stage } } })
    const source = on('kms:ReEncryptFrom', from.arn, context('old'))
    const destination = on('kms:ReEncryptTo', to.arn, context('new'))
    const both = await app.kmsAs('both', [[source, destination]])
    await both.reEncrypt(request)
    await assert.rejects(both.reEncrypt({ ...request, DestinationEncryptionContext: OLD }), DENIED)
    for (const [name, statement, missing] of [
      ['from-alone', source, `kms:ReEncryptTo on resource: ${to.arn}`],
      ['to-alone', destination, 'kms:ReEncryptFrom on'],
    ] as const) {
      const client = await app.kmsAs(name, [[statement]])
      await assert.rejects(client.reEncrypt(request), { ...DENIED, message: new RegExp(missing) })
    }
  })

  test('can be for the same key alone', async () => {
    const Condition = { Bool: { 'kms:ReEncryptOnSameKey': 'true' } }
    const client = await app.kmsAs('same-key', [
      [...allow('kms:ReEncryptFrom', { Condition }), ...allow('kms:ReEncryptTo', { Condition })],
    ])
    await client.reEncrypt({ ...request, DestinationKeyId: from.id })
    await assert.rejects(client.reEncrypt(request), DENIED)
  })
})
