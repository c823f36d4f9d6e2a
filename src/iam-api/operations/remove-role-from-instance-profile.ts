import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { InstanceProfile } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const removeRoleFromInstanceProfile = operation({
  name: 'RemoveRoleFromInstanceProfile',
  access: 'write',
  input: structure({
    InstanceProfileName: required(shapes.instanceProfileName),
    RoleName: required(shapes.roleName),
  }),

  /** Permission is decided on the instance profile alone (IAM's service authorization reference). */
  target: ({ InstanceProfileName }, context: IamContext) => findNamed('instance-profile', InstanceProfileName, context),

  async run({ RoleName }, profile: InstanceProfile, { account, store, change }) {
    const role = await store.find('role', account, RoleName)
    if (!role) throw errors.notFound('role', RoleName)
    if (profile.role !== role.id) throw errors.notInInstanceProfile(role.name, profile.name)
    change(store.update({ ...profile, role: undefined }))
    return {}
  },
})
