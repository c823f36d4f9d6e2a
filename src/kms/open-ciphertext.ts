import type { Target } from '../aws/operation.ts'
import { OpenError } from '../seal/aead.ts'
import { type CiphertextHeader, decrypt, type EncryptionContext, readCiphertext } from './ciphertext.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { findKey, findKeyOfCiphertext, type Purpose } from './find-key.ts'
import type { KeyMaterial, KmsKey } from './key-store.ts'
import { neededMaterial } from './material.ts'

/** What a blob says of itself; undefined for what is no blob of ours. */
function headerOf(blob: Uint8Array): CiphertextHeader | undefined {
  try {
    return readCiphertext(blob)
  } catch (error) {
    if (error instanceof OpenError) return undefined
    throw error
  }
}

/**
 * The key under which a blob is to be opened: the one that the caller names, or the one that the blob does. That the two are not the same is
 * found out after permission (`openCiphertext`).
 */
export function findCiphertextKey(
  blob: Uint8Array,
  named: string | undefined,
  purpose: Purpose,
  context: KmsContext,
): Promise<Target<KmsKey>> {
  if (named !== undefined) return findKey(named, purpose, context)
  return findKeyOfCiphertext(headerOf(blob)?.keyId, purpose, context)
}

export interface Opened {
  readonly plaintext: Buffer
  /** The version of the key that had sealed it. */
  readonly info: KeyMaterial
}

/**
 * What a blob holds. Throws IncorrectKeyException for a blob of another key; InvalidCiphertextException for what is no blob, was altered, or is
 * for another encryption context; KMSInternalException for a key whose material the store has lost.
 */
export function openCiphertext(
  blob: Uint8Array,
  encryptionContext: EncryptionContext,
  key: KmsKey,
  context: KmsContext,
): Opened {
  const header = headerOf(blob)
  if (!header) throw errors.invalidCiphertext()
  if (header.keyId !== key.keyId) throw errors.incorrectKey()
  const info = key.materials.find(({ version }) => version === header.version)
  // Of a version that has not encrypted yet there is no ciphertext.
  if (!info || info.version > key.currentVersion) throw errors.invalidCiphertext()
  const material = neededMaterial(key, info.version, context)
  try {
    return { plaintext: decrypt(key, header, material, encryptionContext), info }
  } catch (error) {
    if (error instanceof OpenError) throw errors.invalidCiphertext()
    throw error
  }
}
