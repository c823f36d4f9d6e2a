import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const updateKeyDescription = operation({
  name: 'UpdateKeyDescription',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), Description: required(shapes.description) }),
  target: ownKey('UpdateKeyDescription', 'change'),
  run({ Description }, key: KmsKey, { keys, change }: KmsContext) {
    change(keys.update({ ...key, description: Description }))
  },
})
