import { operation } from '../../aws/operation.ts'
import { blob, boolean, list, required, string, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { checkCryptographic } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import { findKey } from '../find-key.ts'
import { checkGrantTokens } from '../grant-token.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

// Operations on asymmetric keys. There are none here: whoever may use a key learns that it is none of them.

const publicKey = blob({ length: [1, 8192] })
const messageType = string({ enum: ['RAW', 'DIGEST', 'EXTERNAL_MU'] })

export const sign = operation({
  name: 'Sign',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    Message: required(shapes.plaintext),
    MessageType: messageType,
    GrantTokens: shapes.grantTokens,
    SigningAlgorithm: required(shapes.signingAlgorithm),
    DryRun: boolean(),
  }),
  output: structure({
    KeyId: shapes.keyId,
    Signature: shapes.ciphertext,
    SigningAlgorithm: shapes.signingAlgorithm,
  }),
  target: ({ KeyId }, context: KmsContext) => findKey(KeyId, { use: 'cryptography', action: 'kms:Sign' }, context),
  conditions: ({ SigningAlgorithm, MessageType = 'RAW' }) => ({
    'kms:SigningAlgorithm': SigningAlgorithm,
    'kms:MessageType': MessageType,
  }),
  run({ GrantTokens }, key: KmsKey) {
    checkGrantTokens(GrantTokens)
    throw errors.keyUsageUnfit(key.arn, 'Sign')
  },
})

export const verify = operation({
  name: 'Verify',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    Message: required(shapes.plaintext),
    MessageType: messageType,
    Signature: required(shapes.ciphertext),
    SigningAlgorithm: required(shapes.signingAlgorithm),
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
  }),
  output: structure({
    KeyId: shapes.keyId,
    SignatureValid: boolean(),
    SigningAlgorithm: shapes.signingAlgorithm,
  }),
  target: ({ KeyId }, context: KmsContext) => findKey(KeyId, { use: 'cryptography', action: 'kms:Verify' }, context),
  conditions: ({ SigningAlgorithm, MessageType = 'RAW' }) => ({
    'kms:SigningAlgorithm': SigningAlgorithm,
    'kms:MessageType': MessageType,
  }),
  run({ GrantTokens }, key: KmsKey) {
    checkGrantTokens(GrantTokens)
    throw errors.keyUsageUnfit(key.arn, 'Verify')
  },
})

export const getPublicKey = operation({
  name: 'GetPublicKey',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId), GrantTokens: shapes.grantTokens }),
  output: structure({
    KeyId: shapes.keyId,
    PublicKey: publicKey,
    CustomerMasterKeySpec: shapes.customerMasterKeySpec,
    KeySpec: shapes.keySpec,
    KeyUsage: shapes.keyUsage,
    EncryptionAlgorithms: list(shapes.encryptionAlgorithm),
    SigningAlgorithms: list(shapes.signingAlgorithm),
    KeyAgreementAlgorithms: list(shapes.keyAgreementAlgorithm),
  }),
  target: ({ KeyId }, context: KmsContext) =>
    findKey(KeyId, { use: 'cryptography', action: 'kms:GetPublicKey' }, context),
  run({ GrantTokens }, key: KmsKey) {
    checkGrantTokens(GrantTokens)
    throw errors.keySpecUnfit(key.arn, 'GetPublicKey')
  },
})

export const deriveSharedSecret = operation({
  name: 'DeriveSharedSecret',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    KeyAgreementAlgorithm: required(shapes.keyAgreementAlgorithm),
    PublicKey: required(publicKey),
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
    Recipient: shapes.recipient,
  }),
  output: structure({
    KeyId: shapes.keyId,
    SharedSecret: shapes.plaintext,
    CiphertextForRecipient: shapes.ciphertext,
    KeyAgreementAlgorithm: shapes.keyAgreementAlgorithm,
    KeyOrigin: shapes.origin,
  }),
  check: checkCryptographic,
  target: ({ KeyId }, context: KmsContext) =>
    findKey(KeyId, { use: 'cryptography', action: 'kms:DeriveSharedSecret' }, context),
  conditions: ({ KeyAgreementAlgorithm }) => ({ 'kms:KeyAgreementAlgorithm': KeyAgreementAlgorithm }),
  run({ GrantTokens }, key: KmsKey) {
    checkGrantTokens(GrantTokens)
    throw errors.keyUsageUnfit(key.arn, 'DeriveSharedSecret')
  },
})
