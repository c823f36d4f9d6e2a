import { operation } from '../../aws/operation.ts'
import { list, required, string, structure, timestamp } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KeyMaterial, KmsKey } from '../key-store.ts'
import { pageOfAll } from '../pages.ts'
import * as shapes from '../shapes.ts'

const entry = structure(
  {
    KeyId: shapes.keyId,
    KeyMaterialId: shapes.keyMaterialId,
    KeyMaterialDescription: shapes.keyMaterialDescription,
    ImportState: string({ enum: ['IMPORTED', 'PENDING_IMPORT'] }),
    KeyMaterialState: string({
      enum: ['NON_CURRENT', 'CURRENT', 'PENDING_ROTATION', 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'],
    }),
    ExpirationModel: shapes.expirationModel,
    ValidTo: timestamp(),
    RotationDate: timestamp(),
    RotationType: string({ enum: ['AUTOMATIC', 'ON_DEMAND'] }),
  },
  'RotationsListEntry',
)

export const listKeyRotations = operation({
  name: 'ListKeyRotations',
  access: 'read',
  input: structure({
    KeyId: required(shapes.keyId),
    IncludeKeyMaterial: string({ enum: ['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY'] }),
    Limit: shapes.limit,
    Marker: shapes.marker,
  }),
  output: structure({ Rotations: list(entry), NextMarker: shapes.marker, Truncated: shapes.truncated }),
  target: ownKey('ListKeyRotations', 'look'),
  async run(input, key: KmsKey, context: KmsContext) {
    const { IncludeKeyMaterial = 'ROTATIONS_ONLY' } = input
    const all = IncludeKeyMaterial === 'ALL_KEY_MATERIAL'
    const materials = key.materials.filter(({ rotatedAt }) => all || rotatedAt !== undefined)
    const query = ['ListKeyRotations', key.arn, IncludeKeyMaterial]
    const { items, ...rest } = await pageOfAll(input, query, context, materials)
    return { Rotations: items.map((material) => rotationOf(material, key)), ...rest }
  },
})

function rotationOf({ id, version, rotatedAt, rotation, imported, sealed }: KeyMaterial, key: KmsKey) {
  const expiresAt = imported?.expiresAt
  return {
    KeyId: key.arn,
    KeyMaterialId: id,
    KeyMaterialState: stateOf(version, key.currentVersion),
    RotationDate: rotatedAt === undefined ? undefined : new Date(rotatedAt),
    RotationType: rotation,
    ...(imported && {
      KeyMaterialDescription: imported.description,
      ImportState: sealed ? ('IMPORTED' as const) : ('PENDING_IMPORT' as const),
      ExpirationModel:
        expiresAt === undefined ? ('KEY_MATERIAL_DOES_NOT_EXPIRE' as const) : ('KEY_MATERIAL_EXPIRES' as const),
      ValidTo: expiresAt === undefined ? undefined : new Date(expiresAt),
    }),
  }
}

function stateOf(version: number, current: number) {
  if (version === current) return 'CURRENT' as const
  return version < current ? ('NON_CURRENT' as const) : ('PENDING_ROTATION' as const)
}
