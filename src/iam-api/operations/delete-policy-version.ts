import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPolicyToChange, versionOf } from '../find-policy.ts'
import { versionId } from '../policy-shapes.ts'
import * as shapes from '../shapes.ts'

export const deletePolicyVersion = operation({
  name: 'DeletePolicyVersion',
  access: 'write',
  input: structure({ PolicyArn: required(shapes.policyArn), VersionId: required(versionId) }),
  target: ({ PolicyArn }, context: IamContext) => findPolicyToChange(PolicyArn, context),

  run({ VersionId }, policy: ManagedPolicy, { store, change }) {
    const deleted = versionOf(policy, VersionId)
    if (deleted.id === policy.defaultVersion)
      throw errors.deleteConflict('Cannot delete the default version of a policy.')
    change(store.update({ ...policy, versions: policy.versions.filter((version) => version !== deleted) }))
    return {}
  },
})
