import { randomBytes } from 'node:crypto'
import { DAY_MS } from '../aws/time.ts'
import type { Sealer } from '../seal/keyring.ts'
import { newMaterialId } from './key.ts'
import type { KeyMaterial, KmsKey } from './key-store.ts'
import { MATERIAL_BYTES, sealMaterial } from './material.ts'

/** Days between automatic rotations unless the customer says otherwise (KMS API, EnableKeyRotation). */
export const DEFAULT_PERIOD_DAYS = 365

/** Rotations on demand of one key, as AWS was seen to refuse the eleventh. */
export const MAX_ON_DEMAND = 10

/** A key with automatic rotation from now on; another period counts from where the last one began. */
export function withRotation(key: KmsKey, periodDays: number, now: number): KmsKey {
  const began = key.rotation ? key.rotation.nextAt - key.rotation.periodDays * DAY_MS : now
  return { ...key, rotation: { periodDays, nextAt: Math.max(began + periodDays * DAY_MS, now) } }
}

/** A key and its replicas with fresh material of one and the same content, which encrypts from now on. */
export function rotated(
  keys: readonly KmsKey[],
  rotation: NonNullable<KeyMaterial['rotation']>,
  now: number,
  sealer: Sealer,
): readonly KmsKey[] {
  const material = randomBytes(MATERIAL_BYTES)
  const id = newMaterialId()
  const all = keys.map((key) => {
    const version = Math.max(...key.materials.map((one) => one.version), 0) + 1
    const fresh = { version, id, sealed: sealMaterial(key, version, material, sealer), rotatedAt: now, rotation }
    return advanced({ ...key, materials: [...key.materials, fresh] }, version, rotation, now)
  })
  material.fill(0)
  return all
}

/** A key whose version encrypts from now on. The next automatic rotation is a whole period away. */
export function advanced(
  key: KmsKey,
  version: number,
  rotation: NonNullable<KeyMaterial['rotation']>,
  now: number,
): KmsKey {
  const { rotation: automatic } = key
  return {
    ...key,
    currentVersion: version,
    materials: key.materials.map((one) => (one.version === version ? { ...one, rotatedAt: now, rotation } : one)),
    rotation:
      automatic && rotation === 'AUTOMATIC' ? { ...automatic, nextAt: now + automatic.periodDays * DAY_MS } : automatic,
    onDemandRotations: key.onDemandRotations + (rotation === 'ON_DEMAND' ? 1 : 0),
  }
}
