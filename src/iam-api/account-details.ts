import { shownDocuments } from '../identity/bind-principals.ts'
import {
  type AnyEntity,
  arnOf,
  type Group,
  type InlinePolicy,
  type InstanceProfile,
  type ManagedPolicy,
  type Role,
  type User,
} from '../identity/entities.ts'
import type { LastUse } from '../identity/identity-store.ts'
import type { IamContext } from './context.ts'
import { countUsage } from './policy-usage.ts'
import { showDocument, showGroup, showRole, showUser } from './show-entity.ts'
import { showInstanceProfiles } from './show-instance-profiles.ts'
import { showPolicy, showVersion } from './show-policy.ts'

/** A role with the instance profiles that hold it. */
export interface DetailedRole extends Role {
  readonly profiles: readonly InstanceProfile[]
}

export type DetailedEntity = Exclude<AnyEntity, Role> | DetailedRole

/** Users, groups, roles and policies with everything that decides what they allow, as GetAccountAuthorizationDetails shows them. */
export async function accountDetails(entities: readonly DetailedEntity[], context: IamContext) {
  const { store } = context
  const users = entities.filter((entity) => entity.kind === 'user')
  const roles = entities.filter((entity) => entity.kind === 'role')
  const policies = entities.filter((entity) => entity.kind === 'policy')
  const groups = await store.findByIds('group', [...new Set(users.flatMap((user) => user.groups))])
  const names = new Map(groups.map(({ id, name }) => [id, name]))
  const documents = await shownDocuments(
    roles.map(({ trust }) => trust),
    store,
  )
  const uses = await store.lastUses(roles.map(({ id }) => id))
  const profiles = await profilesByRole(roles, context)
  return {
    UserDetailList: users.map((user) => userDetail(user, names)),
    GroupDetailList: entities.filter((entity) => entity.kind === 'group').map(groupDetail),
    RoleDetailList: roles.map((role, index) => ({
      ...roleDetail(role, documents[index] ?? '', uses.get(role.id)),
      InstanceProfileList: profiles.get(role.id) ?? [],
    })),
    Policies: await policyDetails(policies, context),
  }
}

function userDetail(user: User, groupNames: ReadonlyMap<string, string>) {
  return {
    ...showUser(user),
    UserPolicyList: inline(user.inline),
    GroupList: user.groups.flatMap((id) => groupNames.get(id) ?? []),
    AttachedManagedPolicies: attached(user.attached),
  }
}

function groupDetail(group: Group) {
  return {
    ...showGroup(group),
    GroupPolicyList: inline(group.inline),
    AttachedManagedPolicies: attached(group.attached),
  }
}

function roleDetail(role: Role, document: string, used: LastUse | undefined) {
  const { Description: _, MaxSessionDuration: __, ...shown } = showRole(role, document, { used })
  return {
    ...shown,
    RolePolicyList: inline(role.inline),
    AttachedManagedPolicies: attached(role.attached),
  }
}

/** The instance profiles of each role as answers show them, by the role's id. */
async function profilesByRole(roles: readonly DetailedRole[], context: IamContext) {
  const profiles = roles.flatMap((role) => role.profiles)
  const shown = await showInstanceProfiles(profiles, context, { listed: true })
  return Map.groupBy(shown, (_, index) => profiles[index]?.role)
}

/** One after the other: each of them is counted, and a page may hold a thousand. */
async function policyDetails(policies: readonly ManagedPolicy[], context: IamContext) {
  const details = []
  for (const policy of policies) details.push(policyDetail(policy, await countUsage(arnOf(policy), context)))
  return details
}

function policyDetail(policy: ManagedPolicy, usage: Awaited<ReturnType<typeof countUsage>>) {
  const { Tags: _, ...shown } = showPolicy(policy, usage)
  const newestFirst = policy.versions.toReversed()
  return { ...shown, PolicyVersionList: newestFirst.map((version) => showVersion(policy, version, { document: true })) }
}

const inline = (policies: readonly InlinePolicy[]) =>
  policies.map(({ name, document }) => ({ PolicyName: name, PolicyDocument: showDocument(document) }))

const attached = (arns: readonly string[]) =>
  arns.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }))
