import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import { policyOf } from '../key-policy.ts'
import { POLICY_NAME } from '../key-policy-document.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const getKeyPolicy = operation({
  name: 'GetKeyPolicy',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId), PolicyName: shapes.policyName }),
  output: structure({ Policy: shapes.policy, PolicyName: shapes.policyName }),
  target: ownKey('GetKeyPolicy', 'look'),
  async run({ PolicyName = POLICY_NAME }, key: KmsKey, { policies }: KmsContext) {
    if (PolicyName !== POLICY_NAME) throw errors.noSuchPolicy()
    return { Policy: key.policy ? await policies.shown(key.policy) : policyOf(key).document, PolicyName }
  },
})
