import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findPolicy } from '../find-policy.ts'
import { pageOfItems } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showVersion } from '../show-policy.ts'

export const listPolicyVersions = operation({
  name: 'ListPolicyVersions',
  access: 'read',
  input: structure({ PolicyArn: required(shapes.policyArn), ...shapes.paging }),
  output: structure({ Versions: list(shapes.policyVersion), ...shapes.page }),
  target: ({ PolicyArn }, context: IamContext) => findPolicy(PolicyArn, context),

  /** Newest first. */
  async run(input, policy: ManagedPolicy, context) {
    const versions = policy.versions.toReversed()
    const { items, paging } = await pageOfItems(['versions', policy.id], versions, input, context)
    return { Versions: items.map((version) => showVersion(policy, version)), ...paging }
  },
})
