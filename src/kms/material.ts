import { randomBytes } from 'node:crypto'
import { type Damage, DamagedRowError } from '../aws/damaged-row.ts'
import { OpenError } from '../seal/aead.ts'
import { reseal, type Sealer } from '../seal/keyring.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { newMaterialId } from './key.ts'
import type { KeyMaterial, KmsKey } from './key-store.ts'

/** AES-256. */
export const MATERIAL_BYTES = 32

type Place = Pick<KmsKey, 'account' | 'region' | 'keyId'>

/** Fresh material for a version of a key, sealed by the keyring and bound to the key's place. */
export function newMaterial(key: Place, version: number, sealer: Sealer): KeyMaterial {
  const material = randomBytes(MATERIAL_BYTES)
  const sealed = sealMaterial(key, version, material, sealer)
  material.fill(0)
  return { version, id: newMaterialId(), sealed }
}

/** Material sealed by the keyring, bound to the key's place. */
export function sealMaterial(key: Place, version: number, material: Uint8Array, sealer: Sealer): Uint8Array {
  return sealer.seal(material, placeOf(key, version))
}

/** The same material under the newest version of the keyring; undefined when it does not open. */
export function resealMaterial(
  key: Place,
  version: number,
  sealed: Uint8Array,
  sealer: Sealer,
): Uint8Array | undefined {
  return reseal(sealer, sealed, placeOf(key, version))
}

/** The material of a version. Throws OpenError for what was sealed for another key or version, or altered. */
export function openMaterial(key: Place, version: number, sealed: Uint8Array, sealer: Sealer): Uint8Array {
  return sealer.open(sealed, placeOf(key, version))
}

// Keyed by the object the store returned: the store returns another one after any change of a key, so nothing outlives it here.
const opened = new WeakMap<KeyMaterial, Uint8Array>()

/**
 * The material of a version; undefined when the key does not have it (any more). Throws KMSInternalException for material that was sealed for another
 * key, or altered.
 */
export function readMaterial(
  key: KmsKey,
  version: number,
  context: Pick<KmsContext, 'material' | 'report'>,
): Uint8Array | undefined {
  const stored = key.materials.find((material) => material.version === version)
  if (!stored?.sealed) return undefined
  const known = opened.get(stored)
  if (known) return known
  try {
    const material = openMaterial(key, version, stored.sealed, context.material)
    opened.set(stored, material)
    return material
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    context.report(damagedMaterial(key, version, 'seal'))
    throw errors.unreadableKey()
  }
}

/** The material of a version that a usable key has to have. Throws KMSInternalException where it is gone from the store, too. */
export function neededMaterial(
  key: KmsKey,
  version: number,
  context: Pick<KmsContext, 'material' | 'report'>,
): Uint8Array {
  const material = readMaterial(key, version, context)
  if (material) return material
  context.report(damagedMaterial(key, version, 'missing'))
  throw errors.unreadableKey()
}

const damagedMaterial = ({ region, keyId }: Place, version: number, damage: Damage) =>
  new DamagedRowError({ table: 'kms_materials', row: `${region} ${keyId} ${version}`, damage })

const placeOf = ({ account, region, keyId }: Place, version: number) => [
  'kms key material',
  account,
  region,
  keyId,
  version,
]
