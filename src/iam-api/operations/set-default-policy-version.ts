import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findPolicyToChange, versionOf } from '../find-policy.ts'
import { versionId } from '../policy-shapes.ts'
import * as shapes from '../shapes.ts'

export const setDefaultPolicyVersion = operation({
  name: 'SetDefaultPolicyVersion',
  access: 'write',
  input: structure({ PolicyArn: required(shapes.policyArn), VersionId: required(versionId) }),
  target: ({ PolicyArn }, context: IamContext) => findPolicyToChange(PolicyArn, context),

  run({ VersionId }, policy: ManagedPolicy, { store, change }) {
    const { id } = versionOf(policy, VersionId)
    if (id !== policy.defaultVersion) change(store.update({ ...policy, defaultVersion: id }))
    return {}
  },
})
