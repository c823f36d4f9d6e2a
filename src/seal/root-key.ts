import { OpenError, openDerived, sealDerived } from './aead.ts'
import { derive } from './mac.ts'
import type { Place } from './place.ts'

/**
 * The key outside the store that wraps the keyring, and nothing else. Asynchronous, because it may live in another
 * machine.
 *
 * A provider guarantees: what `wrap` returned opens by `unwrap` with the same place, also after a restart; with another
 * place, other bytes or another root key `unwrap` rejects with OpenError. Any other rejection means that the key could
 * not be reached.
 */
export interface RootKey {
  /** Names the key without telling anything about it; short, safe to store and to print. */
  readonly fingerprint: string
  wrap(plaintext: Uint8Array, place: Place): Promise<Buffer>
  unwrap(wrapped: Uint8Array, place: Place): Promise<Buffer>
}

const FORMAT = 1
const LABEL = 'coffer/root-key'
const FINGERPRINT_LABEL = 'coffer/root-key/fingerprint'
const FINGERPRINT_BYTES = 8

/** A root key whose 32 bytes are in this process. Wrapped blob: format byte 1, then a blob of `sealDerived`. */
export function localRootKey(bytes: Uint8Array): RootKey {
  const fingerprint = rootKeyFingerprint(bytes)
  const key = Buffer.from(bytes) // a copy, so that the caller may wipe its own

  return {
    fingerprint,

    async wrap(plaintext, place) {
      return Buffer.concat([Uint8Array.of(FORMAT), sealDerived(key, plaintext, [LABEL, FORMAT, ...place])])
    },

    async unwrap(wrapped, place) {
      if (wrapped[0] !== FORMAT) throw new OpenError()
      return openDerived(key, wrapped.subarray(1), [LABEL, FORMAT, ...place])
    },
  }
}

/**
 * 16 hexadecimal digits that name a root key: 64 bits of a labelled HMAC under it, which do not lead back to the key.
 */
export function rootKeyFingerprint(bytes: Uint8Array): string {
  return derive(bytes, FINGERPRINT_LABEL, new Uint8Array()).toString('hex', 0, FINGERPRINT_BYTES)
}
