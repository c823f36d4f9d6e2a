import type { ExportKey } from '../../seal/export-key.ts'
import type { Signer } from '../../seal/keyring.ts'
import { encodePlace } from '../../seal/place.ts'
import { isSignatureOf } from '../../seal/sign.ts'

export const PUBLIC_KEYS_FILE = 'public-keys.json'

/** A key as ListPublicKeys gives it, with what makes it the installation's: a signature by the key of the trail. */
export interface PublishedKey {
  /** PKCS #1, DER, base64. */
  readonly Value: string
  /** Seconds since the epoch. */
  readonly ValidityStartTime: number
  readonly Fingerprint: string
  readonly Installation: string
  readonly TrailKeyVersion: number
  readonly TrailSignature: string
}

export function publishedKey(key: ExportKey, signer: Signer, installation: string, at: number): PublishedKey {
  const published = {
    Value: key.publicKey.toString('base64'),
    ValidityStartTime: Math.floor(at / 1000),
    Fingerprint: key.fingerprint,
    Installation: installation,
    TrailKeyVersion: signer.version,
  }
  return { ...published, TrailSignature: signer.sign(signedBytes(published)).toString('base64') }
}

/** True when a key of the trail, by its version, vouches for the key. */
export function isVouchedFor(key: PublishedKey, trailKeys: ReadonlyMap<number, Uint8Array>): boolean {
  const trailKey = trailKeys.get(key.TrailKeyVersion)
  return trailKey !== undefined && isSignatureOf(trailKey, signedBytes(key), Buffer.from(key.TrailSignature, 'base64'))
}

function signedBytes(key: Omit<PublishedKey, 'TrailSignature'>): Buffer {
  const { Value, ValidityStartTime, Fingerprint, Installation, TrailKeyVersion } = key
  return encodePlace(['coffer/export-key', 1, Value, ValidityStartTime, Fingerprint, Installation, TrailKeyVersion])
}
