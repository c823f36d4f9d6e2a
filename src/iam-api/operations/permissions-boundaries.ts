import { operation } from '../../aws/operation.ts'
import { required } from '../../aws/shape.ts'
import type { Role, User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import { checkBoundary } from '../find-policy.ts'
import { findGrantee, grantees, nameIn, structureFor } from '../grantees.ts'
import * as shapes from '../shapes.ts'

type BoundedKind = 'user' | 'role'

function putBoundary(kind: BoundedKind) {
  const { noun, shape } = grantees[kind]
  return operation({
    name: `Put${noun}PermissionsBoundary`,
    access: 'write',
    input: structureFor(kind, shape, { PermissionsBoundary: required(shapes.policyArn) }),

    target: (input, context: IamContext) => findNamed<BoundedKind>(kind, nameIn(kind, input), context),
    // The one that is wanted: what stands there is about to go.
    conditions: ({ PermissionsBoundary }) => ({ 'iam:PermissionsBoundary': PermissionsBoundary }),

    async run({ PermissionsBoundary: boundary }, entity: User | Role, context) {
      await checkBoundary(boundary, context)
      if (entity.boundary !== boundary) context.change(context.store.update({ ...entity, boundary }))
      return {}
    },
  })
}

function deleteBoundary(kind: BoundedKind) {
  const { noun, shape } = grantees[kind]
  return operation({
    name: `Delete${noun}PermissionsBoundary`,
    access: 'write',
    input: structureFor(kind, shape, {}),

    target: (input, context: IamContext) => findGrantee(kind, input, context),

    run(_input, entity: User | Role, { store, change }) {
      if (entity.boundary !== undefined) change(store.update({ ...entity, boundary: undefined }))
      return {}
    },
  })
}

/**
 * The managed policy that bounds what a user or role can be allowed: PutUserPermissionsBoundary, DeleteUserPermissionsBoundary;
 * PutRolePermissionsBoundary, DeleteRolePermissionsBoundary.
 */
export const permissionsBoundaries = (['user', 'role'] as const).flatMap((kind) => [
  putBoundary(kind),
  deleteBoundary(kind),
])
