import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Sealer } from './keyring.ts'

/** CloudTrail signs its digest files by RSA, and its validators know nothing else (security facts 6.7). */
const MODULUS_BITS = 2048

/** An RSA key that signs digest files. */
export interface ExportKey {
  /** The public key as ListPublicKeys gives it: PKCS #1, DER. */
  readonly publicKey: Buffer
  /** Its name: SHA-256 of that, hexadecimal. */
  readonly fingerprint: string
  /** RSASSA-PKCS1-v1_5 with SHA-256; the same text is always signed alike. */
  sign(text: string): Buffer
}

const placeOf = (installation: string, fingerprint: string) => ['coffer/export-key', 1, installation, fingerprint]

/** A new key, and the same sealed for the installation. */
export async function makeExportKey(sealer: Sealer, installation: string): Promise<{ key: ExportKey; sealed: Buffer }> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
  const key = exportKeyOf(privateKey)
  const encoded = privateKey.export({ format: 'der', type: 'pkcs8' })
  try {
    return { key, sealed: sealer.seal(encoded, placeOf(installation, key.fingerprint)) }
  } finally {
    encoded.fill(0)
  }
}

/** Throws OpenError for what was not sealed by this keyring for this installation. */
export function openExportKey(
  sealer: Sealer,
  installation: string,
  fingerprint: string,
  sealed: Uint8Array,
): ExportKey {
  const encoded = sealer.open(sealed, placeOf(installation, fingerprint))
  try {
    return exportKeyOf(createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' }))
  } finally {
    encoded.fill(0)
  }
}

export function fingerprintOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex')
}

/** False for whatever is no signature of this text under this key, or no key. */
export function isExportSignature(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'pkcs1' })
    return verify('sha256', Buffer.from(text), key, signature)
  } catch {
    return false
  }
}

function exportKeyOf(privateKey: KeyObject): ExportKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'pkcs1' })
  return {
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    sign: (text) => sign('sha256', Buffer.from(text), privateKey),
  }
}
