import { integer, list, required, string, structure, timestamp } from '../aws/shape.ts'

// Types that several operations share, as the service model has them.

const NAME = '[\\w+=,.@-]*'

export const arn = string({
  length: [20, 2048],
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
  identity: true,
})
export const account = string()
export const userId = string()
export const roleSessionName = string({ length: [2, 64], pattern: NAME })
export const sourceIdentity = string({ length: [2, 64], pattern: NAME })
export const roleDuration = integer({ range: [900, 43_200] })
export const policyArns = list(structure({ arn }, 'PolicyDescriptorType'))
export const serialNumber = string({ length: [9, 256], pattern: '[\\w+=/:,.@-]*' })
export const tokenCode = string({ length: [6, 6], pattern: '[\\d]*', unrecorded: true })
export const accessKeyId = string({ length: [16, 128], pattern: '[\\w]*' })

const POLICY = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'
export const sessionPolicy = string({ length: [1, 2048], pattern: POLICY })
export const unrestrictedSessionPolicy = string({ length: [1, undefined], pattern: POLICY })

const tagKey = string({ length: [1, 128], pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' })
const tagValue = string({ length: [0, 256], pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' })
export const tags = list(structure({ Key: required(tagKey), Value: required(tagValue) }, 'Tag'), {
  length: [undefined, 50],
})
export const tagKeys = list(tagKey, { length: [undefined, 50] })

export const credentials = structure(
  {
    AccessKeyId: required(accessKeyId),
    SecretAccessKey: required(string({ sensitive: true })),
    SessionToken: required(string({ fingerprinted: true })),
    Expiration: required(timestamp()),
  },
  'Credentials',
)
export const assumedRoleUser = structure(
  {
    AssumedRoleId: required(string({ length: [2, 193], pattern: '[\\w+=,.@:-]*' })),
    Arn: required(arn),
  },
  'AssumedRoleUser',
)
export const packedPolicySize = integer({ range: [0, undefined] })
