import { type FurtherTarget, operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { InstanceProfile } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'

/** The service that uses the role of an instance profile. */
const PASSED_TO = 'ec2.amazonaws.com'

export const addRoleToInstanceProfile = operation({
  name: 'AddRoleToInstanceProfile',
  access: 'write',
  input: structure({
    InstanceProfileName: required(shapes.instanceProfileName),
    RoleName: required(shapes.roleName),
  }),
  target: ({ InstanceProfileName }, context: IamContext) => findNamed('instance-profile', InstanceProfileName, context),

  /** Whoever adds a role gives it to instances, so that needs permission too (IAM API Reference, AddRoleToInstanceProfile). */
  furtherActions: ['iam:PassRole'],
  async furtherTargets({ RoleName }, _target, context): Promise<readonly FurtherTarget[]> {
    const role = await findNamed('role', RoleName, context)
    const conditions = { 'iam:PassedToService': PASSED_TO }
    return [{ action: 'iam:PassRole', target: { ...role, conditions } }]
  },

  async run({ RoleName }, profile: InstanceProfile, { account, store, change }) {
    if (profile.role !== undefined)
      throw errors.quotaExceeded('InstanceSessionsPerInstanceProfile', quotas.rolesPerInstanceProfile)
    const role = await store.find('role', account, RoleName)
    if (!role) throw errors.notFound('role', RoleName)
    change(store.update({ ...profile, role: role.id }))
    return {}
  },
})
