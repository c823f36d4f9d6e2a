import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { checkRotates, updateAll } from '../multi-region.ts'
import * as shapes from '../shapes.ts'

export const disableKeyRotation = operation({
  name: 'DisableKeyRotation',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId) }),
  target: ownKey('DisableKeyRotation', 'cryptography'),
  async run(_input, key: KmsKey, context: KmsContext) {
    checkRotates(key, ['AWS_KMS'])
    if (key.rotation) await updateAll(key, context, (one) => ({ ...one, rotation: undefined }))
  },
})
