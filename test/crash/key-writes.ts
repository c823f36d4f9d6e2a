import assert from 'node:assert/strict'
import { type KMS, paginateListKeys } from '@aws-sdk/client-kms'
import type { Entry } from '../../src/audit/entry.ts'
import type { TestApp } from '../start-app.ts'

/** What KMS acknowledged, as a line on standard output says it. */
export interface AcknowledgedOfKey {
  readonly operation: 'CreateKey' | 'CreateAlias' | 'Encrypt' | 'RotateKeyOnDemand' | 'TagResource'
  readonly keyId: string
  readonly alias: string
  /** Base64 of what was encrypted: the key's alias. */
  readonly ciphertext?: string | undefined
  readonly requestId: string
}

/** Rotations of one key before the next is made. */
const ROTATIONS = 2

/** Makes keys without end, gives them names and tags, encrypts, and rotates them. */
export async function writeKeys(kms: KMS, prefix: string, say: (said: AcknowledgedOfKey) => void): Promise<never> {
  for (let count = 0; ; count++) {
    const alias = `alias/${prefix}/${count}`
    const created = await kms.createKey({ Description: alias })
    const keyId = created.KeyMetadata?.KeyId ?? ''
    const acknowledge = (operation: AcknowledgedOfKey['operation'], { $metadata }: Output, ciphertext?: string) =>
      say({ operation, keyId, alias, ciphertext, requestId: $metadata.requestId ?? '' })
    acknowledge('CreateKey', created)
    acknowledge('CreateAlias', await kms.createAlias({ AliasName: alias, TargetKeyId: keyId }))
    for (let rotation = 0; rotation <= ROTATIONS; rotation++) {
      if (rotation > 0) acknowledge('RotateKeyOnDemand', await kms.rotateKeyOnDemand({ KeyId: keyId }))
      const encrypted = await kms.encrypt({ KeyId: keyId, Plaintext: Buffer.from(alias) })
      acknowledge('Encrypt', encrypted, Buffer.from(encrypted.CiphertextBlob ?? []).toString('base64'))
    }
    const Tags = [{ TagKey: 'storm', TagValue: alias }]
    acknowledge('TagResource', await kms.tagResource({ KeyId: keyId, Tags }))
  }
}

interface Output {
  readonly $metadata: { readonly requestId?: string | undefined }
}

/** Every acknowledged change of keys is there, and everything opens that was encrypted. */
export async function checkKeyWrites({ kms }: TestApp, writes: readonly AcknowledgedOfKey[]): Promise<void> {
  const ofKeys = Map.groupBy(writes, ({ keyId }) => keyId)
  for (const [KeyId, said] of ofKeys) {
    const { KeyMetadata } = await kms.describeKey({ KeyId })
    const alias = said[0]?.alias
    assert.equal(KeyMetadata?.Description, alias)
    for (const { operation, ciphertext } of said) {
      if (operation === 'CreateAlias') assert.equal((await kms.describeKey({ KeyId: alias })).KeyMetadata?.KeyId, KeyId)
      if (operation === 'TagResource')
        assert.deepEqual((await kms.listResourceTags({ KeyId })).Tags, [{ TagKey: 'storm', TagValue: alias }])
      if (ciphertext === undefined) continue
      const opened = await kms.decrypt({ CiphertextBlob: Buffer.from(ciphertext, 'base64') })
      assert.equal(Buffer.from(opened.Plaintext ?? []).toString(), alias)
    }
    const rotations = said.filter(({ operation }) => operation === 'RotateKeyOnDemand').length
    assert.ok(((await kms.listKeyRotations({ KeyId })).Rotations?.length ?? 0) >= rotations, `rotations of ${KeyId}`)
  }
}

/** Every key that is there, acknowledged or not, is there whole: with the record of its creation, and with material. Adds them to those seen. */
export async function checkNewKeys({ kms }: TestApp, entries: readonly Entry[], seen: Set<string>): Promise<void> {
  const created = new Set(entries.map(({ operation, arn }) => `${operation} ${arn}`))
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {}))
    for (const { KeyId = '', KeyArn } of Keys) {
      if (seen.has(KeyId)) continue
      seen.add(KeyId)
      const { KeyMetadata } = await kms.describeKey({ KeyId })
      if (KeyMetadata?.KeyManager === 'AWS') continue
      assert.ok(created.has(`CreateKey ${KeyArn}`), `${KeyId} is there and has no record`)
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from(KeyId) })
      assert.equal(Buffer.from((await kms.decrypt({ CiphertextBlob })).Plaintext ?? []).toString(), KeyId)
    }
}
