import { shownDocuments } from '../identity/bind-principals.ts'
import { arnOf, type InstanceProfile, type Role } from '../identity/entities.ts'
import type { IamContext } from './context.ts'
import { showRole, showTags } from './show-entity.ts'

/** Instance profiles as answers show them, with the roles that they hold. Lists leave tags out, as AWS's do. */
export async function showInstanceProfiles(
  profiles: readonly InstanceProfile[],
  { store }: Pick<IamContext, 'store'>,
  { listed = false } = {},
) {
  const ids = new Set(profiles.flatMap(({ role }) => role ?? []))
  const roles = await store.findByIds('role', [...ids])
  const documents = await shownDocuments(
    roles.map(({ trust }) => trust),
    store,
  )
  const shownRoles = new Map(roles.map((role, index) => [role.id, showHeldRole(role, documents[index] ?? '')]))
  return profiles.map((profile) => ({
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: arnOf(profile),
    CreateDate: new Date(profile.createdAt),
    // A role that was removed and deleted since the profile was read is left out.
    Roles: [shownRoles.get(profile.role ?? '')].filter((role) => role !== undefined),
    ...(!listed && { Tags: showTags(profile.tags) }),
  }))
}

/** The members of a role that the examples of GetInstanceProfile in the IAM API Reference have. */
function showHeldRole(role: Role, document: string) {
  const shown = showRole(role, document, { listed: true })
  const { Path, RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument } = shown
  return { Path, RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument }
}
