import { operation } from '../../aws/operation.ts'
import { list, required, string, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findPolicy } from '../find-policy.ts'
import { type Grantee, granteeKinds, grantees } from '../grantees.ts'
import { type Part, pageOfParts } from '../list-parts.ts'
import { policyUsage } from '../policy-shapes.ts'
import { usersOf } from '../policy-usage.ts'
import * as shapes from '../shapes.ts'

const policyGroup = structure({ GroupName: shapes.groupName, GroupId: shapes.id }, 'PolicyGroup')
const policyUser = structure({ UserName: shapes.userName, UserId: shapes.id }, 'PolicyUser')
const policyRole = structure({ RoleName: shapes.roleName, RoleId: shapes.id }, 'PolicyRole')

export const listEntitiesForPolicy = operation({
  name: 'ListEntitiesForPolicy',
  access: 'read',
  input: structure({
    PolicyArn: required(shapes.policyArn),
    EntityFilter: string({ enum: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] }),
    PathPrefix: shapes.path,
    PolicyUsageFilter: policyUsage,
    ...shapes.paging,
  }),
  output: structure({
    PolicyGroups: list(policyGroup),
    PolicyUsers: list(policyUser),
    PolicyRoles: list(policyRole),
    ...shapes.page,
  }),
  target: ({ PolicyArn }, context: IamContext) => findPolicy(PolicyArn, context),

  async run({ PolicyArn, EntityFilter, PathPrefix, PolicyUsageFilter, ...input }, _policy: ManagedPolicy, context) {
    const kinds = granteeKinds.filter((kind) => EntityFilter === undefined || grantees[kind].noun === EntityFilter)
    const parts = kinds.map(
      (kind): Part<Grantee> => ({
        key: kind,
        items: (after) =>
          usersOf(kind, PolicyArn, context, { after, pathPrefix: PathPrefix, usage: PolicyUsageFilter }),
      }),
    )
    const what = ['entities', PolicyArn, EntityFilter, PathPrefix, PolicyUsageFilter]
    const { items, paging } = await pageOfParts(what, parts, input, context)
    const of = (kind: Grantee['kind']) => items.flatMap(({ part, item }) => (part === kind ? [item] : []))
    return {
      PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...paging,
    }
  },
})
