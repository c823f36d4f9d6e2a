import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { checkRotates, updateAll } from '../multi-region.ts'
import { DEFAULT_PERIOD_DAYS, withRotation } from '../rotation.ts'
import * as shapes from '../shapes.ts'

export const enableKeyRotation = operation({
  name: 'EnableKeyRotation',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), RotationPeriodInDays: shapes.rotationPeriod }),
  target: ownKey('EnableKeyRotation', 'cryptography'),
  conditions: ({ RotationPeriodInDays = DEFAULT_PERIOD_DAYS }) => ({
    'kms:RotationPeriodInDays': String(RotationPeriodInDays),
  }),
  async run({ RotationPeriodInDays }, key: KmsKey, context: KmsContext) {
    checkRotates(key, ['AWS_KMS'])
    const period = RotationPeriodInDays ?? key.rotation?.periodDays ?? DEFAULT_PERIOD_DAYS
    await updateAll(key, context, (one) => withRotation(one, period, context.now))
  },
})
