import { blob, boolean, integer, list, map, string, structure, timestamp } from '../aws/shape.ts'

// Types that several operations share, as the service model has them.

export const keyId = string({ length: [1, 2048] })
export const description = string({ length: [0, 8192] })
export const policy = string({ length: [1, 131_072], pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' })
export const policyName = string({ length: [1, 128], pattern: '[\\w]+' })
export const aliasName = string({ length: [1, 256], pattern: '^[a-zA-Z0-9:/_-]+$' })
export const limit = integer({ range: [1, 1000] })
export const marker = string({ length: [1, 1024], pattern: '[\\u0020-\\u00FF]*' })
export const truncated = boolean()
export const region = string({ length: [1, 32], pattern: '^([a-z]+-){2,3}\\d+$' })
export const keyMaterialId = string({ length: [64, 64], pattern: '^[a-f0-9]+$' })

export const tag = structure({ TagKey: string({ length: [1, 128] }), TagValue: string({ length: [0, 256] }) }, 'Tag')
export const tags = list(tag)

export const encryptionContext = map(string(), string())
/** Grants act at once here, yet a token opens a way into a key at AWS: it is kept out of records (security facts 6.5). */
const grantToken = string({ length: [1, 8192] })
export const unrecordedGrantToken = string({ length: [1, 8192], unrecorded: true })
export const grantTokens = list(grantToken, { length: [0, 10], unrecorded: true })
export const ciphertext = blob({ length: [1, 6144], unrecorded: true })
export const plaintext = blob({ length: [1, 4096], sensitive: true })
export const encryptionAlgorithm = string({
  enum: ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'],
})
export const numberOfBytes = integer({ range: [1, 1024] })
export const dataKeySpec = string({ enum: ['AES_256', 'AES_128'] })
export const dryRunModifiers = list(string({ enum: ['IGNORE_CIPHERTEXT'] }))
export const recipient = structure(
  {
    KeyEncryptionAlgorithm: string({ enum: ['RSAES_OAEP_SHA_256'] }),
    AttestationDocument: blob({ length: [1, 262_144], unrecorded: true }),
  },
  'RecipientInfo',
)

export const grantId = string({ length: [1, 128] })
export const principalArn = string({ length: [1, 256], pattern: '^[\\w+=,.@:/-]+$' })
export const servicePrincipal = string({
  length: [1, 128],
  pattern: '^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$',
})
export const grantName = string({ length: [1, 256], pattern: '^[a-zA-Z0-9:/_-]+$' })
export const grantOperations = list(
  string({
    enum: [
      'Decrypt',
      'Encrypt',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'ReEncryptFrom',
      'ReEncryptTo',
      'Sign',
      'Verify',
      'GetPublicKey',
      'CreateGrant',
      'RetireGrant',
      'DescribeKey',
      'GenerateDataKeyPair',
      'GenerateDataKeyPairWithoutPlaintext',
      'GenerateMac',
      'VerifyMac',
      'DeriveSharedSecret',
    ],
  }),
)
export const grantConstraints = structure(
  {
    EncryptionContextSubset: encryptionContext,
    EncryptionContextEquals: encryptionContext,
    SourceArn: string({
      length: [20, 512],
      pattern: '^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$',
    }),
  },
  'GrantConstraints',
)
export const grants = list(
  structure(
    {
      KeyId: keyId,
      GrantId: grantId,
      Name: grantName,
      CreationDate: timestamp(),
      GranteePrincipal: principalArn,
      RetiringPrincipal: principalArn,
      IssuingAccount: principalArn,
      Operations: grantOperations,
      Constraints: grantConstraints,
      GranteeServicePrincipal: servicePrincipal,
      RetiringServicePrincipal: servicePrincipal,
    },
    'GrantListEntry',
  ),
)
