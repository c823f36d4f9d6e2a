import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { Role } from '../../identity/entities.ts'
import { checkRemovable } from '../check-removable.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteRole = operation({
  name: 'DeleteRole',
  access: 'write',
  input: structure({ RoleName: required(shapes.roleName) }),
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  async run(_input, role: Role, { account, store, change }) {
    const profiles = await store.referring('instance-profile', account, role.id, { limit: 1 })
    if (profiles.length > 0) throw errors.mustDeleteFirst('remove roles from instance profile')
    checkRemovable(role)
    change(store.remove(role))
    return {}
  },
})
