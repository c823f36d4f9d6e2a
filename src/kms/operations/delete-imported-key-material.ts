import { operation } from '../../aws/operation.ts'
import { required, string, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import { withoutMaterial } from '../import-material.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const deleteImportedKeyMaterial = operation({
  name: 'DeleteImportedKeyMaterial',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), KeyMaterialId: shapes.keyMaterialId }),
  output: structure({
    KeyId: shapes.keyId,
    KeyMaterialId: string({ length: [0, 64], pattern: '^[a-f0-9]+$' }),
  }),
  recordsAnswer: true,
  // Also of a key that waits for its end, whose state stays (KMS API, DeleteImportedKeyMaterial).
  target: ownKey('DeleteImportedKeyMaterial', 'look'),
  async run({ KeyMaterialId }, key: KmsKey, context: KmsContext) {
    if (key.origin !== 'EXTERNAL') throw errors.originUnfit(key.arn, key.origin)
    const material = key.materials.find(({ id, version }) =>
      KeyMaterialId === undefined ? version === key.currentVersion : id === KeyMaterialId,
    )
    if (KeyMaterialId !== undefined && !material) throw errors.materialNotFound(KeyMaterialId)
    if (material?.sealed) {
      context.change(context.keys.update(withoutMaterial(key, material.id)))
      context.afterCommit(() => context.keys.erase())
    }
    return { KeyId: key.arn, KeyMaterialId: material?.id }
  },
})
