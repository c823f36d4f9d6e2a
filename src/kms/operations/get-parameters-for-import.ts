import { operation } from '../../aws/operation.ts'
import { required, string, structure, timestamp } from '../../aws/shape.ts'
import { isWrappingAlgorithm, newWrappingKey, type WrappingBits } from '../../seal/import-wrapping.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import { IMPORT_TOKEN_LIFETIME_MS, makeImportToken } from '../import-token.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

const BITS: Readonly<Record<string, WrappingBits>> = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 }

export const getParametersForImport = operation({
  name: 'GetParametersForImport',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    WrappingAlgorithm: required(
      string({
        enum: [
          'RSAES_PKCS1_V1_5',
          'RSAES_OAEP_SHA_1',
          'RSAES_OAEP_SHA_256',
          'RSA_AES_KEY_WRAP_SHA_1',
          'RSA_AES_KEY_WRAP_SHA_256',
          'SM2PKE',
        ],
      }),
    ),
    WrappingKeySpec: required(string({ enum: ['RSA_2048', 'RSA_3072', 'RSA_4096', 'SM2'] })),
  }),
  output: structure({
    KeyId: shapes.keyId,
    ImportToken: shapes.ciphertext,
    PublicKey: shapes.plaintext,
    ParametersValidTo: timestamp(),
  }),
  target: ownKey('GetParametersForImport', 'change'),
  conditions: ({ WrappingAlgorithm, WrappingKeySpec }) => ({
    'kms:WrappingAlgorithm': WrappingAlgorithm,
    'kms:WrappingKeySpec': WrappingKeySpec,
  }),

  async run({ WrappingAlgorithm: algorithm, WrappingKeySpec: spec }, key: KmsKey, context: KmsContext) {
    if (key.origin !== 'EXTERNAL') throw errors.originUnfit(key.arn, key.origin)
    const bits = BITS[spec]
    if (bits === undefined || !isWrappingAlgorithm(algorithm)) throw errors.wrappingUnsupported(algorithm, spec)
    const { publicKey, privateKey } = await newWrappingKey(bits)
    const validTo = context.now + IMPORT_TOKEN_LIFETIME_MS
    const token: Uint8Array = makeImportToken(key, { algorithm, privateKey, validTo }, context)
    privateKey.fill(0)
    return {
      KeyId: key.arn,
      ImportToken: token,
      PublicKey: publicKey as Uint8Array,
      ParametersValidTo: new Date(validTo),
    }
  },
})
