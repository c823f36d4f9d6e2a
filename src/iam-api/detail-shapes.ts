import { boolean, integer, list, string, structure, timestamp } from '../aws/shape.ts'
import { versionId } from './policy-shapes.ts'
import * as shapes from './shapes.ts'

// What GetAccountAuthorizationDetails shows of everybody, as IAM's service model has it.

const policyDetail = structure({ PolicyName: shapes.policyName, PolicyDocument: shapes.policyDocument }, 'PolicyDetail')
const inline = list(policyDetail)
const attached = list(shapes.attachedPolicy)

export const userDetail = structure(
  {
    Path: shapes.path,
    UserName: shapes.userName,
    UserId: shapes.id,
    Arn: shapes.arn,
    CreateDate: timestamp(),
    UserPolicyList: inline,
    GroupList: list(shapes.groupName),
    AttachedManagedPolicies: attached,
    PermissionsBoundary: shapes.permissionsBoundary,
    Tags: shapes.tags,
  },
  'UserDetail',
)

export const groupDetail = structure(
  {
    Path: shapes.path,
    GroupName: shapes.groupName,
    GroupId: shapes.id,
    Arn: shapes.arn,
    CreateDate: timestamp(),
    GroupPolicyList: inline,
    AttachedManagedPolicies: attached,
  },
  'GroupDetail',
)

export const roleDetail = structure(
  {
    Path: shapes.path,
    RoleName: shapes.roleName,
    RoleId: shapes.id,
    Arn: shapes.arn,
    CreateDate: timestamp(),
    AssumeRolePolicyDocument: shapes.policyDocument,
    InstanceProfileList: list(shapes.instanceProfile),
    RolePolicyList: inline,
    AttachedManagedPolicies: attached,
    PermissionsBoundary: shapes.permissionsBoundary,
    Tags: shapes.tags,
    RoleLastUsed: structure({ LastUsedDate: timestamp(), Region: string() }, 'RoleLastUsed'),
  },
  'RoleDetail',
)

export const managedPolicyDetail = structure(
  {
    PolicyName: shapes.policyName,
    PolicyId: shapes.id,
    Arn: shapes.arn,
    Path: shapes.policyPath,
    DefaultVersionId: versionId,
    AttachmentCount: integer(),
    PermissionsBoundaryUsageCount: integer(),
    IsAttachable: boolean(),
    Description: shapes.policyDescription,
    CreateDate: timestamp(),
    UpdateDate: timestamp(),
    PolicyVersionList: list(shapes.policyVersion),
  },
  'ManagedPolicyDetail',
)
