import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findPolicy, versionOf } from '../find-policy.ts'
import { versionId } from '../policy-shapes.ts'
import * as shapes from '../shapes.ts'
import { showVersion } from '../show-policy.ts'

export const getPolicyVersion = operation({
  name: 'GetPolicyVersion',
  access: 'read',
  input: structure({ PolicyArn: required(shapes.policyArn), VersionId: required(versionId) }),
  output: structure({ PolicyVersion: shapes.policyVersion }),
  target: ({ PolicyArn }, context: IamContext) => findPolicy(PolicyArn, context),

  run({ VersionId }, policy: ManagedPolicy) {
    return { PolicyVersion: showVersion(policy, versionOf(policy, VersionId), { document: true }) }
  },
})
