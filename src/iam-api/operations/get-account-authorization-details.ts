import { noResource, operation } from '../../aws/operation.ts'
import { list, string, structure } from '../../aws/shape.ts'
import { awsManagedPolicies } from '../../identity/aws-managed-policies.ts'
import { arnOf, type Entities, type ManagedPolicy } from '../../identity/entities.ts'
import { asManagedPolicy } from '../../identity/find-managed-policy.ts'
import { accountDetails, type DetailedEntity, type DetailedRole } from '../account-details.ts'
import type { IamContext } from '../context.ts'
import * as shapes from '../detail-shapes.ts'
import { type Part, pageOfParts, type Room, walk } from '../list-parts.ts'
import { isInUse } from '../policy-usage.ts'
import { quotas } from '../quotas.ts'
import { page, paging } from '../shapes.ts'
import { showDocument } from '../show-entity.ts'

const entityTypes = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const
type EntityType = (typeof entityTypes)[number]

/**
 * Characters of a page, as many as documents and tags take there at most: ours, so that a thousand policies with all their versions are not one
 * answer. IAM may send fewer than MaxItems.
 */
export const MAX_PAGE_TEXT = 1_000_000

/** The order in which pages walk through an account. */
const WALK: readonly EntityType[] = ['User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy']

export const getAccountAuthorizationDetails = operation({
  name: 'GetAccountAuthorizationDetails',
  access: 'read',
  input: structure({
    Filter: list(string({ enum: entityTypes })),
    MaxItems: paging.MaxItems,
    Marker: paging.Marker,
  }),
  output: structure({
    UserDetailList: list(shapes.userDetail),
    GroupDetailList: list(shapes.groupDetail),
    RoleDetailList: list(shapes.roleDetail),
    Policies: list(shapes.managedPolicyDetail),
    ...page,
  }),

  target: (_input, { account }: IamContext) => noResource(account),

  async run({ Filter = [], ...input }, _value: undefined, context) {
    const wanted = WALK.filter((type) => Filter.length === 0 || Filter.includes(type))
    const parts = wanted.map((key): Part<DetailedEntity> => ({ key, items: (after) => items[key](after, context) }))
    const found = await pageOfParts(['authorization details', ...wanted], parts, input, context, ROOM)
    const details = await accountDetails(
      found.items.map(({ item }) => item),
      context,
    )
    return { ...details, ...found.paging }
  },
})

/** Documents are shown percent-encoded, the trust policy of a role also in each of its instance profiles. */
const ROOM: Room<DetailedEntity> = {
  limit: MAX_PAGE_TEXT,
  weigh(entity) {
    const repeated = entity.kind === 'role' ? entity.profiles.length * showDocument(entity.trust.document).length : 0
    return showDocument(JSON.stringify(entity)).length + repeated
  },
}

const items: Readonly<
  Record<EntityType, (after: string | undefined, context: IamContext) => AsyncIterable<DetailedEntity>>
> = {
  User: (after, context) => all('user', after, context),
  Group: (after, context) => all('group', after, context),
  Role: rolesWithProfiles,
  LocalManagedPolicy: (after, context) => all('policy', after, context),
  AWSManagedPolicy: usedOfAws,
}

async function* rolesWithProfiles(after: string | undefined, context: IamContext): AsyncGenerator<DetailedRole> {
  const { account, store } = context
  const limit = quotas.instanceProfilesPerAccount
  for await (const role of all('role', after, context))
    yield { ...role, profiles: await store.referring('instance-profile', account, role.id, { limit }) }
}

function all<K extends 'user' | 'group' | 'role' | 'policy'>(
  kind: K,
  after: string | undefined,
  { account, store }: IamContext,
) {
  return walk<Entities[K]>((query) => store.list(kind, account, query), after)
}

/** AWS's policies that somebody has: the others say nothing of the account. */
async function* usedOfAws(after: string | undefined, context: IamContext): AsyncGenerator<ManagedPolicy> {
  const policies = awsManagedPolicies.map(asManagedPolicy).toSorted((left, right) => (left.name < right.name ? -1 : 1))
  for (const policy of policies)
    if ((after === undefined || policy.name > after) && (await isInUse(arnOf(policy), context))) yield policy
}
