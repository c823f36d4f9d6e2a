import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { Role } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import { readTrustPolicy } from '../policy-document.ts'
import * as shapes from '../shapes.ts'

export const updateAssumeRolePolicy = operation({
  name: 'UpdateAssumeRolePolicy',
  access: 'write',
  input: structure({ RoleName: required(shapes.roleName), PolicyDocument: required(shapes.policyDocument) }),
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  async run({ PolicyDocument }, role: Role, context) {
    const trust = await readTrustPolicy(PolicyDocument, role.name, context)
    context.change(context.store.update({ ...role, trust }))
    return {}
  },
})
