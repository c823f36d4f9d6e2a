import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findKey } from '../find-key.ts'
import { checkGrantTokens } from '../grant-token.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

// Operations on HMAC keys. There are none here: whoever may use a key learns that it is none of them.

export const generateMac = operation({
  name: 'GenerateMac',
  access: 'read',
  input: structure({
    Message: required(shapes.plaintext),
    KeyId: required(shapes.keyId),
    MacAlgorithm: required(shapes.macAlgorithm),
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
  }),
  output: structure({ Mac: shapes.ciphertext, MacAlgorithm: shapes.macAlgorithm, KeyId: shapes.keyId }),
  target: ({ KeyId }, context: KmsContext) =>
    findKey(KeyId, { use: 'cryptography', action: 'kms:GenerateMac' }, context),
  conditions: ({ MacAlgorithm }) => ({ 'kms:MacAlgorithm': MacAlgorithm }),
  run({ GrantTokens }, key: KmsKey) {
    checkGrantTokens(GrantTokens)
    throw errors.keyUsageUnfit(key.arn, 'GenerateMac')
  },
})

export const verifyMac = operation({
  name: 'VerifyMac',
  access: 'read',
  input: structure({
    Message: required(shapes.plaintext),
    KeyId: required(shapes.keyId),
    MacAlgorithm: required(shapes.macAlgorithm),
    Mac: required(shapes.ciphertext),
    GrantTokens: shapes.grantTokens,
    DryRun: boolean(),
  }),
  output: structure({ KeyId: shapes.keyId, MacValid: boolean(), MacAlgorithm: shapes.macAlgorithm }),
  target: ({ KeyId }, context: KmsContext) => findKey(KeyId, { use: 'cryptography', action: 'kms:VerifyMac' }, context),
  conditions: ({ MacAlgorithm }) => ({ 'kms:MacAlgorithm': MacAlgorithm }),
  run({ GrantTokens }, key: KmsKey) {
    checkGrantTokens(GrantTokens)
    throw errors.keyUsageUnfit(key.arn, 'VerifyMac')
  },
})
