import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const disableKey = operation({
  name: 'DisableKey',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId) }),
  target: ownKey('DisableKey', 'switch'),
  run(_input, key: KmsKey, { keys, change }: KmsContext) {
    if (key.state !== 'Disabled') change(keys.update({ ...key, state: 'Disabled' }))
  },
})
