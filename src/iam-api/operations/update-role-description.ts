import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { shownDocument } from '../../identity/bind-principals.ts'
import type { Role } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'
import { showRole } from '../show-entity.ts'

export const updateRoleDescription = operation({
  name: 'UpdateRoleDescription',
  access: 'write',
  input: structure({ RoleName: required(shapes.roleName), Description: required(shapes.roleDescription) }),
  output: structure({ Role: shapes.role }),
  recordsAnswer: true,
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  async run({ Description }, role: Role, { store, change }) {
    const updated = { ...role, description: Description || undefined }
    change(store.update(updated))
    const [document, uses] = await Promise.all([shownDocument(role.trust, store), store.lastUses([role.id])])
    return { Role: showRole(updated, document, { used: uses.get(role.id) }) }
  },
})
