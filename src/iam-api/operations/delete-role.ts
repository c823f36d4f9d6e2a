import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { Role } from '../../identity/entities.ts'
import { checkRemovable } from '../check-removable.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteRole = operation({
  name: 'DeleteRole',
  access: 'write',
  input: structure({ RoleName: required(shapes.roleName) }),
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  run(_input, role: Role, { store, change }) {
    checkRemovable(role)
    change(store.remove(role))
    return {}
  },
})
