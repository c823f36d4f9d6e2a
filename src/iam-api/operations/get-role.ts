import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { shownDocument } from '../../identity/bind-principals.ts'
import type { Role } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'
import { showRole } from '../show-entity.ts'

export const getRole = operation({
  name: 'GetRole',
  access: 'read',
  input: structure({ RoleName: required(shapes.roleName) }),
  output: structure({ Role: required(shapes.role) }),
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  async run(_input, role: Role, { store }) {
    const [document, uses] = await Promise.all([shownDocument(role.trust, store), store.lastUses([role.id])])
    return { Role: showRole(role, document, { used: uses.get(role.id) }) }
  },
})
