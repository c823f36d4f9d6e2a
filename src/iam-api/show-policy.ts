import { arnOf, type ManagedPolicy, type PolicyVersion } from '../identity/entities.ts'
import type { Usage } from './policy-usage.ts'
import { showDocument } from './show-entity.ts'

/** A managed policy as GetPolicy shows it, its tags also when it has none. Lists leave description and tags out, as AWS's do. */
export function showPolicy(policy: ManagedPolicy, usage: Readonly<Record<Usage, number>>, { listed = false } = {}) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arnOf(policy),
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: usage.PermissionsPolicy,
    PermissionsBoundaryUsageCount: usage.PermissionsBoundary,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    ...(!listed && { Description: policy.description, Tags: [...policy.tags] }),
  }
}

/** A version as answers show it; only answers about one version hold its document, as AWS's do. */
export function showVersion(policy: ManagedPolicy, version: PolicyVersion, { document = false } = {}) {
  return {
    ...(document && { Document: showDocument(version.document) }),
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    CreateDate: new Date(version.createdAt),
  }
}
