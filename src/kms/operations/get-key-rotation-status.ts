import { operation } from '../../aws/operation.ts'
import { boolean, required, structure, timestamp } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { findById } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const getKeyRotationStatus = operation({
  name: 'GetKeyRotationStatus',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId) }),
  output: structure({
    KeyRotationEnabled: boolean(),
    KeyId: shapes.keyId,
    RotationPeriodInDays: shapes.rotationPeriod,
    NextRotationDate: timestamp(),
    OnDemandRotationStartDate: timestamp(),
  }),
  target: ({ KeyId }, context: KmsContext) =>
    findById(KeyId, { use: 'look', action: 'kms:GetKeyRotationStatus' }, context),
  // A rotation on demand is done with its answer: none is ever under way. A key that waits for its end is not rotated.
  run(_input, { arn, state, rotation }: KmsKey) {
    if (!rotation || state.startsWith('Pending')) return { KeyRotationEnabled: false, KeyId: arn }
    return {
      KeyRotationEnabled: true,
      KeyId: arn,
      RotationPeriodInDays: rotation.periodDays,
      NextRotationDate: new Date(rotation.nextAt),
    }
  },
})
