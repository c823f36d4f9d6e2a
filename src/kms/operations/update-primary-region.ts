import { operation, type Target } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { keyTarget, lookUp, ownKey } from '../find-key.ts'
import { keyArn } from '../key.ts'
import type { KmsKey } from '../key-store.ts'
import { updateAll } from '../multi-region.ts'
import * as shapes from '../shapes.ts'

const ACTION = 'kms:UpdatePrimaryRegion'

export const updatePrimaryRegion = operation({
  name: 'UpdatePrimaryRegion',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), PrimaryRegion: required(shapes.region) }),
  target: ownKey('UpdatePrimaryRegion', 'cryptography'),
  conditions: ({ PrimaryRegion }) => ({ 'kms:PrimaryRegion': PrimaryRegion }),
  /** The replica that is to be the primary must allow it as well. */
  furtherActions: [ACTION],
  async furtherTargets({ PrimaryRegion: region }, { value: key }: Target<KmsKey>, context: KmsContext) {
    if (!key || key.primaryRegion === undefined || region === key.region) return []
    const found = await lookUp({ region, keyId: key.keyId }, context)
    const arn = keyArn(region, key.account, key.keyId)
    const missing = () => errors.noReplica(region)
    const purpose = { use: 'cryptography', action: ACTION } as const
    const target = await keyTarget(found, { arn, account: key.account, missing, label: arn, purpose }, context)
    const conditions = { ...target.conditions, 'kms:PrimaryRegion': region }
    return [{ action: ACTION, target: { ...target, conditions }, region }]
  },
  async run({ PrimaryRegion }, key: KmsKey, context: KmsContext) {
    if (key.primaryRegion === undefined) throw errors.notMultiRegion(key.arn)
    if (key.primaryRegion !== key.region) throw errors.notPrimary(key.arn)
    if (PrimaryRegion === key.region) return
    await updateAll(key, context, (one) => ({ ...one, primaryRegion: PrimaryRegion }))
  },
})
