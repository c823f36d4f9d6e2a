import { randomBytes } from 'node:crypto'
import { OpenError } from '../seal/aead.ts'
import type { Sealer } from '../seal/keyring.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import type { KmsKey, SealedMaterial } from './key-store.ts'

/** AES-256. */
const MATERIAL_BYTES = 32

/** Fresh material for a version of a key, sealed by the keyring and bound to the key's place. */
export function newMaterial(key: KmsKey, version: number, sealer: Sealer): SealedMaterial {
  const material = randomBytes(MATERIAL_BYTES)
  const sealed = sealer.seal(material, placeOf(key, version))
  material.fill(0)
  return { version, sealed }
}

// Keyed by the object the store returned: the store returns another one after any change of a key, so nothing outlives it here.
const opened = new WeakMap<SealedMaterial, Uint8Array>()

/**
 * The material of a version; undefined when the key has no such version. Throws KMSInternalException for material that was sealed for another
 * key, or altered.
 */
export function readMaterial(key: KmsKey, version: number, context: KmsContext): Uint8Array | undefined {
  const stored = key.materials.find((material) => material.version === version)
  if (!stored) return undefined
  const known = opened.get(stored)
  if (known) return known
  try {
    const material = context.material.open(stored.sealed, placeOf(key, version))
    opened.set(stored, material)
    return material
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    context.report(new Error(`The material of ${key.arn} does not open: version ${version}`))
    throw errors.unreadableKey()
  }
}

const placeOf = ({ account, region, keyId }: KmsKey, version: number) => [
  'kms key material',
  account,
  region,
  keyId,
  version,
]
