import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { Role } from '../../identity/entities.ts'
import type { ListQuery } from '../../identity/identity-store.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import { pageBy } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showInstanceProfiles } from '../show-instance-profiles.ts'

export const listInstanceProfilesForRole = operation({
  name: 'ListInstanceProfilesForRole',
  access: 'read',
  input: structure({ RoleName: required(shapes.roleName), ...shapes.paging }),
  output: structure({ InstanceProfiles: required(list(shapes.instanceProfile)), ...shapes.page }),
  target: ({ RoleName }, context: IamContext) => findNamed('role', RoleName, context),

  async run(input, { id }: Role, context) {
    const read = (query: ListQuery) => context.store.referring('instance-profile', context.account, id, query)
    const { items, paging } = await pageBy(['instance profiles of role', id], input, read, context)
    return { InstanceProfiles: await showInstanceProfiles(items, context, { listed: true }), ...paging }
  },
})
