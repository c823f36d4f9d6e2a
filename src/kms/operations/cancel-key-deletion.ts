import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { cancelled } from '../deletion.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const cancelKeyDeletion = operation({
  name: 'CancelKeyDeletion',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId) }),
  output: structure({ KeyId: shapes.keyId }),
  recordsAnswer: true,
  target: ownKey('CancelKeyDeletion', 'cancel-deletion'),
  run(_input, key: KmsKey, { keys, change }: KmsContext) {
    change(keys.update(cancelled(key)))
    return { KeyId: key.arn }
  },
})
