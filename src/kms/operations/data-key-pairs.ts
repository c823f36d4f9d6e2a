import { operation } from '../../aws/operation.ts'
import { blob, boolean, required, string, structure } from '../../aws/shape.ts'
import { cryptographicConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic, checkUse } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import { findKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

// Key pairs belong to asymmetric cryptography, which is not offered: whoever may use a key learns that.

const keyPairSpec = string({
  enum: [
    'RSA_2048',
    'RSA_3072',
    'RSA_4096',
    'ECC_NIST_P256',
    'ECC_NIST_P384',
    'ECC_NIST_P521',
    'ECC_SECG_P256K1',
    'SM2',
    'ECC_NIST_EDWARDS25519',
  ],
})
const publicKey = blob({ length: [1, 8192] })

export const generateDataKeyPair = operation({
  name: 'GenerateDataKeyPair',
  access: 'read',
  input: structure({
    EncryptionContext: shapes.encryptionContext,
    KeyId: required(shapes.keyId),
    KeyPairSpec: required(keyPairSpec),
    GrantTokens: shapes.grantTokens,
    Recipient: shapes.recipient,
    DryRun: boolean(),
  }),
  output: structure({
    PrivateKeyCiphertextBlob: shapes.ciphertext,
    PrivateKeyPlaintext: shapes.plaintext,
    PublicKey: publicKey,
    KeyId: shapes.keyId,
    KeyPairSpec: keyPairSpec,
    CiphertextForRecipient: shapes.ciphertext,
    KeyMaterialId: shapes.keyMaterialId,
  }),
  check: checkCryptographic,
  target({ KeyId, EncryptionContext: encryptionContext }, context: KmsContext) {
    return findKey(KeyId, { use: 'cryptography', action: 'kms:GenerateDataKeyPair', encryptionContext }, context)
  },
  conditions: ({ KeyPairSpec, EncryptionContext = {} }) => ({
    ...cryptographicConditions(EncryptionContext),
    'kms:DataKeyPairSpec': KeyPairSpec,
  }),
  run(input, key: KmsKey) {
    checkUse(input, key)
    throw errors.keyPairsUnsupported()
  },
})

export const generateDataKeyPairWithoutPlaintext = operation({
  name: 'GenerateDataKeyPairWithoutPlaintext',
  access: 'read',
  input: structure({
    EncryptionContext: shapes.encryptionContext,
    KeyId: required(shapes.keyId),
    KeyPairSpec: required(keyPairSpec),
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
  }),
  output: structure({
    PrivateKeyCiphertextBlob: shapes.ciphertext,
    PublicKey: publicKey,
    KeyId: shapes.keyId,
    KeyPairSpec: keyPairSpec,
    KeyMaterialId: shapes.keyMaterialId,
  }),
  check: checkCryptographic,
  target({ KeyId, EncryptionContext: encryptionContext }, context: KmsContext) {
    const action = 'kms:GenerateDataKeyPairWithoutPlaintext'
    return findKey(KeyId, { use: 'cryptography', action, encryptionContext }, context)
  },
  conditions: ({ KeyPairSpec, EncryptionContext = {} }) => ({
    ...cryptographicConditions(EncryptionContext),
    'kms:DataKeyPairSpec': KeyPairSpec,
  }),
  run(input, key: KmsKey) {
    checkUse(input, key)
    throw errors.keyPairsUnsupported()
  },
})
