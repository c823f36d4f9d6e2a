import type { Sealer } from '../seal/keyring.ts'
import { deriveMacKey, mac } from '../seal/mac.ts'
import { encodePlace } from '../seal/place.ts'
import { errors } from './errors.ts'
import type { ImportedMaterial, KeyMaterial, KmsKey } from './key-store.ts'
import { MATERIAL_BYTES, sealMaterial } from './material.ts'

const ID_LABEL = 'coffer/kms imported material'

/** Material that is to be imported, and how long it is to be there. */
export interface Import {
  readonly type: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL'
  readonly material: Uint8Array
  readonly description?: string | undefined
  /** Milliseconds; absent when it does not expire. */
  readonly expiresAt?: number | undefined
  /** Which material the caller says it is. */
  readonly id?: string | undefined
}

/**
 * KeyMaterialId of imported material. It follows from the key's id and the material, so that the same material is known again when it is
 * imported again (KMS API, ImportKeyMaterial, KeyMaterialId), and tells nothing of it.
 */
function importedMaterialId({ account, keyId }: Pick<KmsKey, 'account' | 'keyId'>, material: Uint8Array): string {
  return mac(deriveMacKey(material, ID_LABEL), encodePlace([ID_LABEL, 1, account, keyId])).toString('hex')
}

/**
 * A key with imported material. The first one encrypts at once, a further one waits for RotateKeyOnDemand, and one that the key had before is
 * there again.
 *
 * Throws IncorrectKeyMaterialException for material that is not what it has to be: of another length, not that of the key, not new.
 */
export function withImport(key: KmsKey, given: Import, sealer: Sealer): { key: KmsKey; id: string } {
  if (given.material.byteLength !== MATERIAL_BYTES) throw errors.incorrectMaterial()
  const id = importedMaterialId(key, given.material)
  const known = key.materials.find((one) => one.id === id)
  if (given.type === 'EXISTING_KEY_MATERIAL' && (!known || (given.id ?? id) !== id)) throw errors.incorrectMaterial()
  if (given.type === 'NEW_KEY_MATERIAL' && known) throw errors.incorrectMaterial()
  const version = known?.version ?? newVersion(key, id)
  const imported: ImportedMaterial = {
    description: given.description ?? known?.imported?.description,
    expiresAt: given.expiresAt,
  }
  const sealed = sealMaterial(key, version, given.material, sealer)
  return { key: withMaterial(key, { ...known, version, id, sealed, imported }), id }
}

/** The version of material that is new: after all that ever encrypted, in the place of one that waited and was deleted. */
function newVersion({ arn, currentVersion, materials }: KmsKey, id: string): number {
  if (materials.length === 0) return currentVersion
  const waiting = materials.find(({ version, sealed }) => version > currentVersion && sealed)
  if (waiting) throw errors.materialWaits(id, arn, waiting.id)
  return currentVersion + 1
}

function withMaterial(key: KmsKey, material: KeyMaterial): KmsKey {
  const others = key.materials.filter(({ version }) => version !== material.version)
  const materials = [...others, material].toSorted((left, right) => left.version - right.version)
  return { ...key, materials, state: key.state === 'PendingImport' ? 'Enabled' : key.state }
}

/** A replica that knows of material which its primary got: it waits for the same one. */
export function expecting(replica: KmsKey, { version, id, imported }: KeyMaterial): KmsKey {
  return withMaterial(replica, { version, id, imported: imported && { description: imported.description } })
}

/** A key without the bytes of some material, which can be imported again. */
export function withoutMaterial(key: KmsKey, id: string): KmsKey {
  const materials = key.materials.map((one) => (one.id === id ? { ...one, sealed: undefined } : one))
  return { ...key, materials }
}
