import { OpenError, openDerived, sealDerived } from '../seal/aead.ts'
import { isMultiRegion } from './key.ts'
import type { KmsKey } from './key-store.ts'

type KeyPlace = Pick<KmsKey, 'account' | 'region' | 'keyId'>

/** Names that must be repeated to decrypt; order does not matter. */
export type EncryptionContext = Readonly<Record<string, string>>

/**
 * A ciphertext blob names its key and the version of its material, so that it opens after any number of rotations:
 * format byte, u8 length of the key id, key id (ASCII), u32 version, sealed content.
 */
const FORMAT = 1

export interface CiphertextHeader {
  readonly keyId: string
  readonly version: number
  readonly content: Uint8Array
}

export function encrypt(
  key: KmsKey,
  version: number,
  material: Uint8Array,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Buffer {
  const keyId = Buffer.from(key.keyId, 'ascii')
  const header = Buffer.alloc(2 + keyId.length + 4)
  header.writeUInt8(FORMAT, 0)
  header.writeUInt8(keyId.length, 1)
  keyId.copy(header, 2)
  header.writeUInt32BE(version, 2 + keyId.length)
  return Buffer.concat([header, sealDerived(material, plaintext, placeOf(key, version, context))])
}

/** Which key a blob names. Throws OpenError for what is no blob of ours. */
export function readCiphertext(blob: Uint8Array): CiphertextHeader {
  const buffer = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  const idLength = buffer.length > 2 ? buffer.readUInt8(1) : 0
  if (buffer.length < 2 + idLength + 4 || buffer.readUInt8(0) !== FORMAT || idLength === 0) throw new OpenError()
  return {
    // Not as ASCII, which Node.js reads without the highest bit: an altered byte would be the same id.
    keyId: buffer.toString('latin1', 2, 2 + idLength),
    version: buffer.readUInt32BE(2 + idLength),
    content: buffer.subarray(2 + idLength + 4),
  }
}

/** Plaintext of a blob's content. Throws OpenError unless key, version and context are those it was sealed for. */
export function decrypt(
  key: KeyPlace,
  { version, content }: CiphertextHeader,
  material: Uint8Array,
  context: EncryptionContext,
): Buffer {
  return openDerived(material, content, placeOf(key, version, context))
}

function placeOf({ account, region, keyId }: KeyPlace, version: number, context: EncryptionContext) {
  // A multi-Region key opens in every Region what it sealed in one.
  const where = isMultiRegion({ keyId }) ? '' : region
  const pairs = Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1))
  return ['kms ciphertext', account, where, keyId, version, ...pairs.flat()]
}
