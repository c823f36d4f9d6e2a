import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import { checkPolicySize, POLICY_NAME, readKeyPolicy } from '../key-policy-document.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const putKeyPolicy = operation({
  name: 'PutKeyPolicy',
  access: 'write',
  input: structure({
    KeyId: required(shapes.keyId),
    PolicyName: shapes.policyName,
    Policy: required(shapes.policy),
    BypassPolicyLockoutSafetyCheck: boolean(),
  }),
  check: ({ Policy }) => checkPolicySize(Policy),
  // A key that waits for its end may get another policy (security facts 4.6).
  target: async (input, context: KmsContext) => {
    const found = await ownKey('PutKeyPolicy', 'look')(input, context)
    return found.value?.manager === 'AWS' ? { ...found, unusable: errors.managedKey(found.resource) } : found
  },
  conditions: ({ BypassPolicyLockoutSafetyCheck = false }) => ({
    'kms:BypassPolicyLockoutSafetyCheck': String(BypassPolicyLockoutSafetyCheck),
  }),
  async run({ PolicyName = POLICY_NAME, Policy, BypassPolicyLockoutSafetyCheck }, key: KmsKey, context) {
    if (PolicyName !== POLICY_NAME) throw errors.noSuchPolicy()
    const policy = await readKeyPolicy(Policy, key, BypassPolicyLockoutSafetyCheck, context)
    context.change(context.keys.update({ ...key, policy }))
  },
})
