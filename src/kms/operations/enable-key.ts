import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const enableKey = operation({
  name: 'EnableKey',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId) }),
  target: ownKey('EnableKey', 'switch'),
  run(_input, key: KmsKey, { keys, change }: KmsContext) {
    if (key.state !== 'Enabled') change(keys.update({ ...key, state: 'Enabled' }))
  },
})
