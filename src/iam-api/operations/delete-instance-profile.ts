import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { InstanceProfile } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteInstanceProfile = operation({
  name: 'DeleteInstanceProfile',
  access: 'write',
  input: structure({ InstanceProfileName: required(shapes.instanceProfileName) }),
  target: ({ InstanceProfileName }, context: IamContext) => findNamed('instance-profile', InstanceProfileName, context),

  run(_input, profile: InstanceProfile, { store, change }) {
    if (profile.role !== undefined) throw errors.mustDeleteFirst('remove roles from instance profile')
    change(store.remove(profile))
    return {}
  },
})
