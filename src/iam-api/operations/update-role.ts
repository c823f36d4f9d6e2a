import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { Role } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'
import { DEFAULT_MAX_SESSION } from './create-role.ts'

export const updateRole = operation({
  name: 'UpdateRole',
  access: 'write',
  input: structure({
    RoleName: required(shapes.roleName),
    Description: shapes.roleDescription,
    MaxSessionDuration: shapes.maxSessionDuration,
  }),
  output: structure({}),
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  /** A description that is not given stays; a duration that is not given becomes the default (IAM reference). */
  run({ Description, MaxSessionDuration = DEFAULT_MAX_SESSION }, role: Role, { store, change }) {
    const description = Description === undefined ? role.description : Description || undefined
    change(store.update({ ...role, description, maxSession: MaxSessionDuration }))
    return {}
  },
})
