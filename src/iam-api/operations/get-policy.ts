import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findPolicy } from '../find-policy.ts'
import { countUsage } from '../policy-usage.ts'
import * as shapes from '../shapes.ts'
import { showPolicy } from '../show-policy.ts'

export const getPolicy = operation({
  name: 'GetPolicy',
  access: 'read',
  input: structure({ PolicyArn: required(shapes.policyArn) }),
  output: structure({ Policy: shapes.policy }),
  target: ({ PolicyArn }, context: IamContext) => findPolicy(PolicyArn, context),

  async run({ PolicyArn }, policy: ManagedPolicy, context) {
    return { Policy: showPolicy(policy, await countUsage(PolicyArn, context)) }
  },
})
