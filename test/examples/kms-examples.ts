import { wrapMaterial } from '../operations/kms/wrap-material.ts'
import type { TestApp } from '../start-app.ts'
import type { Example, Secrets } from './example.ts'

const UNFIT = { refused: 'InvalidKeyUsageException' }
const UNSUPPORTED = { refused: 'UnsupportedOperationException' }

/** Examples of KMS, one of each operation. */
export async function kmsExamples(app: TestApp, secret: Secrets): Promise<Example[]> {
  const { kms, account } = app
  const make = async (members: object = {}) => (await kms.createKey(members)).KeyMetadata?.Arn ?? ''
  const key = await make({ Description: 'Of examples' })
  const [doomed, rescued, disabled, imported, primary, replicated] = [
    await make(),
    await make(),
    await make(),
    await make({ Origin: 'EXTERNAL' }),
    await make({ MultiRegion: true }),
    await make({ MultiRegion: true }),
  ]
  await kms.scheduleKeyDeletion({ KeyId: rescued })
  await kms.disableKey({ KeyId: disabled })
  await kms.replicateKey({ KeyId: primary, ReplicaRegion: 'eu-west-1' })
  const aliases = ['alias/read', 'alias/moved', 'alias/removed']
  for (const AliasName of aliases) await kms.createAlias({ AliasName, TargetKeyId: key })
  const wrapped = await wrapMaterial(
    kms,
    imported,
    Buffer.from(secret('imported key material').padEnd(32).slice(0, 32)),
  )
  const { ImportToken, EncryptedKeyMaterial } = wrapped
  const GranteePrincipal = `arn:aws:iam::${account}:root`
  const grant = async (Name: string) => kms.createGrant({ KeyId: key, GranteePrincipal, Name, Operations: ['Encrypt'] })
  const [revoked, retired] = [await grant('revoked'), await grant('retired')]
  const EncryptionContext = { Purpose: 'example' }
  const Plaintext = Buffer.from(secret('an encrypted text'))
  const { CiphertextBlob } = await kms.encrypt({ KeyId: key, Plaintext, EncryptionContext })
  const { Policy } = await kms.getKeyPolicy({ KeyId: key })
  const message = Buffer.from(secret('a message'))
  const of = (operation: string, input: object, rest: Partial<Example> = {}): Example => ({
    service: 'kms',
    operation,
    input,
    ...rest,
  })
  return [
    of('DescribeKey', { KeyId: 'alias/read' }),
    of('ListKeys', { Limit: 10 }),
    of('ListAliases', { KeyId: key }),
    of('ListResourceTags', { KeyId: key }),
    of('ListGrants', { KeyId: key }),
    of('ListRetirableGrants', { RetiringPrincipal: GranteePrincipal }),
    of('ListKeyPolicies', { KeyId: key }),
    of('ListKeyRotations', { KeyId: key }),
    of('GetKeyPolicy', { KeyId: key, PolicyName: 'default' }),
    of('GetKeyRotationStatus', { KeyId: key }),
    of('GetParametersForImport', {
      KeyId: imported,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    }),
    of('Encrypt', { KeyId: 'alias/read', Plaintext, EncryptionContext }),
    of('Decrypt', { CiphertextBlob, EncryptionContext }),
    of('ReEncrypt', { CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: primary }),
    of('GenerateDataKey', { KeyId: key, KeySpec: 'AES_256', EncryptionContext }),
    of('GenerateDataKeyWithoutPlaintext', { KeyId: key, NumberOfBytes: 64 }),
    of('GenerateRandom', { NumberOfBytes: 32 }),
    of('GenerateDataKeyPair', { KeyId: key, KeyPairSpec: 'RSA_2048' }, UNSUPPORTED),
    of('GenerateDataKeyPairWithoutPlaintext', { KeyId: key, KeyPairSpec: 'RSA_2048' }, UNSUPPORTED),
    of('GenerateMac', { KeyId: key, Message: message, MacAlgorithm: 'HMAC_SHA_256' }, UNFIT),
    of('VerifyMac', { KeyId: key, Message: message, MacAlgorithm: 'HMAC_SHA_256', Mac: message }, UNFIT),
    of('Sign', { KeyId: key, Message: message, SigningAlgorithm: 'ECDSA_SHA_256' }, UNFIT),
    of('Verify', { KeyId: key, Message: message, Signature: message, SigningAlgorithm: 'ECDSA_SHA_256' }, UNFIT),
    of('GetPublicKey', { KeyId: key }, UNSUPPORTED),
    of('DeriveSharedSecret', { KeyId: key, KeyAgreementAlgorithm: 'ECDH', PublicKey: wrapped.PublicKey }, UNFIT),
    of('CreateKey', { Description: 'A new one', Tags: [{ TagKey: 'Team', TagValue: 'Blue' }] }),
    of('UpdateKeyDescription', { KeyId: key, Description: 'Changed' }),
    of('PutKeyPolicy', { KeyId: key, Policy }),
    of('TagResource', { KeyId: key, Tags: [{ TagKey: 'Team', TagValue: 'Blue' }] }),
    of('UntagResource', { KeyId: key, TagKeys: ['Team'] }),
    of('CreateAlias', { AliasName: 'alias/made', TargetKeyId: key }),
    of('UpdateAlias', { AliasName: 'alias/moved', TargetKeyId: primary }),
    of('DeleteAlias', { AliasName: 'alias/removed' }),
    of('CreateGrant', {
      KeyId: key,
      GranteePrincipal,
      Operations: ['Decrypt'],
      Constraints: { EncryptionContextEquals: EncryptionContext },
    }),
    of('RevokeGrant', { KeyId: key, GrantId: revoked.GrantId }),
    of('RetireGrant', { GrantToken: retired.GrantToken }),
    of('EnableKeyRotation', { KeyId: key, RotationPeriodInDays: 180 }),
    of('DisableKeyRotation', { KeyId: key }),
    of('RotateKeyOnDemand', { KeyId: key }),
    of('DisableKey', { KeyId: doomed }),
    of('EnableKey', { KeyId: disabled }),
    of('ImportKeyMaterial', {
      KeyId: imported,
      ImportToken,
      EncryptedKeyMaterial,
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: new Date(app.clock.now() + 86_400_000),
    }),
    of('DeleteImportedKeyMaterial', { KeyId: imported }),
    of('ReplicateKey', { KeyId: replicated, ReplicaRegion: 'eu-west-1', Description: 'Of another' }),
    of('UpdatePrimaryRegion', { KeyId: primary, PrimaryRegion: 'eu-west-1' }),
    of('ScheduleKeyDeletion', { KeyId: doomed, PendingWindowInDays: 7 }),
    of('CancelKeyDeletion', { KeyId: rescued }),
  ]
}
