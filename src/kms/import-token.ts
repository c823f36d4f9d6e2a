import { OpenError } from '../seal/aead.ts'
import { isWrappingAlgorithm, type WrappingAlgorithm } from '../seal/import-wrapping.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import type { KmsKey } from './key-store.ts'

/** How long an import token and its public key are good for (KMS API, GetParametersForImport). */
export const IMPORT_TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000

/** What a token holds, so that nothing has to be kept until the import: also for RSA_4096 it is far below the 6,144 bytes of the model. */
interface ImportParameters {
  readonly algorithm: WrappingAlgorithm
  /** PKCS #8, DER. */
  readonly privateKey: Buffer
  readonly validTo: number
}

type Place = Pick<KmsKey, 'account' | 'region' | 'keyId'>

const placeOf = ({ account, region, keyId }: Place) => ['kms import token', account, region, keyId]

/** A token for one key: u8 length of the algorithm's name, the name, u48 end of validity in milliseconds, private key; sealed. */
export function makeImportToken(
  key: Place,
  { algorithm, privateKey, validTo }: ImportParameters,
  { tokens }: Pick<KmsContext, 'tokens'>,
): Buffer {
  const header = Buffer.alloc(1 + algorithm.length + 6)
  header.writeUInt8(algorithm.length, 0)
  header.write(algorithm, 1, 'ascii')
  header.writeUIntBE(validTo, 1 + algorithm.length, 6)
  const content = Buffer.concat([header, privateKey])
  const token = tokens.seal(content, placeOf(key))
  content.fill(0)
  return token
}

/** Throws InvalidImportTokenException for what is no token of this key, ExpiredImportTokenException once it is too old. */
export function readImportToken(
  token: Uint8Array,
  key: Place,
  { tokens, now }: Pick<KmsContext, 'tokens' | 'now'>,
): ImportParameters {
  const content = openToken(token, key, tokens)
  const end = 1 + content.readUInt8(0)
  const algorithm = content.toString('ascii', 1, end)
  const validTo = content.readUIntBE(end, 6)
  if (!isWrappingAlgorithm(algorithm)) throw errors.invalidImportToken()
  if (validTo <= now) throw errors.expiredImportToken()
  return { algorithm, privateKey: content.subarray(end + 6), validTo }
}

function openToken(token: Uint8Array, key: Place, tokens: KmsContext['tokens']): Buffer {
  try {
    return tokens.open(token, placeOf(key))
  } catch (error) {
    if (error instanceof OpenError) throw errors.invalidImportToken()
    throw error
  }
}
