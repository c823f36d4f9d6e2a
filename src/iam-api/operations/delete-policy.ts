import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPolicyToChange } from '../find-policy.ts'
import { isInUse } from '../policy-usage.ts'
import * as shapes from '../shapes.ts'

export const deletePolicy = operation({
  name: 'DeletePolicy',
  access: 'write',
  input: structure({ PolicyArn: required(shapes.policyArn) }),
  target: ({ PolicyArn }, context: IamContext) => findPolicyToChange(PolicyArn, context),

  async run({ PolicyArn }, policy: ManagedPolicy, context) {
    if (await isInUse(PolicyArn, context)) throw errors.deleteConflict('Cannot delete a policy attached to entities.')
    if (policy.versions.length > 1)
      throw errors.deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      )
    context.change(context.store.remove(policy))
    return {}
  },
})
