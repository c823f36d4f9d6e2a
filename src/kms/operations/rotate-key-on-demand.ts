import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { allOf, checkRotates } from '../multi-region.ts'
import { advanced, MAX_ON_DEMAND, rotated } from '../rotation.ts'
import * as shapes from '../shapes.ts'

export const rotateKeyOnDemand = operation({
  name: 'RotateKeyOnDemand',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId) }),
  output: structure({ KeyId: shapes.keyId }),
  recordsAnswer: true,
  target: ownKey('RotateKeyOnDemand', 'cryptography'),
  async run(_input, key: KmsKey, context: KmsContext) {
    checkRotates(key, ['AWS_KMS', 'EXTERNAL'])
    if (key.onDemandRotations >= MAX_ON_DEMAND) throw errors.tooManyRotations(key.arn)
    const all = await allOf(key, context)
    const updated =
      key.origin === 'EXTERNAL'
        ? all.map((one) => rotatedToImported(one, context.now))
        : rotated(all, 'ON_DEMAND', context.now, context.material)
    for (const one of updated) context.change(context.keys.update(one))
    return { KeyId: key.arn }
  },
})

/** Imported material that waits becomes what encrypts; a replica must have it too. */
function rotatedToImported(key: KmsKey, now: number): KmsKey {
  const waiting = key.materials.find(({ version, sealed }) => version > key.currentVersion && sealed)
  if (!waiting) throw errors.nothingToRotateTo(key.arn)
  return advanced(key, waiting.version, 'ON_DEMAND', now)
}
