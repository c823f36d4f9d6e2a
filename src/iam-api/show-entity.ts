import { arnOf, type Group, type Role, type Tag, type User } from '../identity/entities.ts'
import type { AccessKey, LastUse } from '../identity/identity-store.ts'

/** A user as answers show it; lists leave tags and boundary out, as AWS's do. */
export function showUser(user: User, { listed = false } = {}) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: arnOf(user),
    CreateDate: new Date(user.createdAt),
    ...(!listed && { PermissionsBoundary: showBoundary(user.boundary), Tags: showTags(user.tags) }),
  }
}

/** A group as answers show it. */
export function showGroup(group: Group) {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: arnOf(group),
    CreateDate: new Date(group.createdAt),
  }
}

/**
 * A role as answers show it; lists leave tags and boundary out, as AWS's do.
 *
 * @param document the trust policy as it is to be shown, in plain text
 */
export function showRole(
  role: Role,
  document: string,
  { listed = false, used }: { listed?: boolean; used?: LastUse | undefined } = {},
) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf(role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: showDocument(document),
    Description: role.description,
    MaxSessionDuration: role.maxSession,
    RoleLastUsed: used ? { LastUsedDate: new Date(used.at), Region: used.region } : {},
    ...(!listed && { PermissionsBoundary: showBoundary(role.boundary), Tags: showTags(role.tags) }),
  }
}

const UNRESERVED_TOO = /[!'()*]/g

/** A policy document as answers carry it: percent-encoded, a space as `%20` (security facts 5.7). */
export function showDocument(document: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(document).replace(UNRESERVED_TOO, hex)
}

/** Absent rather than empty. */
export function showTags(tags: readonly Tag[]): Tag[] | undefined {
  return tags.length > 0 ? [...tags] : undefined
}

function showBoundary(arn: string | undefined) {
  return arn === undefined ? undefined : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn }
}

/** An access key without its secret. */
export function showAccessKey({ accessKeyId, userName, active, createdAt }: AccessKey) {
  return {
    UserName: userName,
    AccessKeyId: accessKeyId,
    Status: active ? ('Active' as const) : ('Inactive' as const),
    CreateDate: new Date(createdAt),
  }
}
