import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import type { AlgorithmSpec, ImportKeyMaterialCommandInput, KMS, WrappingKeySpec } from '@aws-sdk/client-kms'

export interface Wrapping {
  readonly WrappingAlgorithm?: AlgorithmSpec
  readonly WrappingKeySpec?: WrappingKeySpec
}

/** Material wrapped as AWS's documentation tells customers to, with the token that belongs to it. */
export async function wrapMaterial(
  kms: KMS,
  KeyId: string,
  material: Uint8Array,
  { WrappingAlgorithm = 'RSAES_OAEP_SHA_256', WrappingKeySpec = 'RSA_2048' }: Wrapping = {},
) {
  const parameters = await kms.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec })
  const { PublicKey = new Uint8Array(), ImportToken, ParametersValidTo } = parameters
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
  const EncryptedKeyMaterial = wrap(key, WrappingAlgorithm, material)
  return { KeyId, ImportToken, EncryptedKeyMaterial, PublicKey, ParametersValidTo, key }
}

function wrap(key: ReturnType<typeof createPublicKey>, algorithm: AlgorithmSpec, material: Uint8Array): Uint8Array {
  const options = {
    key,
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256',
  }
  if (algorithm.startsWith('RSAES')) return publicEncrypt(options, material)
  const inner = randomBytes(32)
  const cipher = createCipheriv('id-aes256-wrap-pad', inner, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([publicEncrypt(options, inner), cipher.update(material), cipher.final()])
}

/** Imports material that does not expire, unless told otherwise. */
export async function importMaterial(
  kms: KMS,
  KeyId: string,
  material: Uint8Array,
  members: Partial<ImportKeyMaterialCommandInput> = {},
) {
  const { ImportToken, EncryptedKeyMaterial } = await wrapMaterial(kms, KeyId, material)
  const expiry = members.ValidTo === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES'
  return kms.importKeyMaterial({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel: expiry, ...members })
}
