import { boolean, integer, list, required, string, structure, timestamp } from '../aws/shape.ts'
import { versionId } from './policy-shapes.ts'

// Types that several operations share, as IAM's service model has them.

/** IAM checks names, paths and ARNs of policies itself and says so in sentences of its own; their lengths are the framework's. */
const invalid = (rule: string) => (member: string) => `The specified value for ${member} is invalid. It must ${rule}`
const name = (max: number) =>
  string({
    length: [1, max],
    pattern: '[\\w+=,.@-]+',
    patternRefusal: invalid('contain only alphanumeric characters and/or the following: +=,.@_-'),
  })
const WITHIN_PATHS = 'and contain only alphanumeric characters and/or / characters.'
const pathShape = (pattern: string, ends: string) =>
  string({ length: [1, 512], pattern, patternRefusal: invalid(`${ends} ${WITHIN_PATHS}`) })
const WHOLE_PATH = 'begin and end with /'

export const userName = name(64)
export const existingUserName = name(128)
export const groupName = name(128)
export const roleName = name(64)
export const policyName = name(128)
export const instanceProfileName = name(128)
/** Of any identity whose policies are meant. */
export const attachmentName = name(128)
export const arn = string({ length: [20, 2048], identity: true })
/** ARN of a managed policy in a request. The text of a refusal leaves out what was given, between two blanks. */
export const policyArn = string({
  length: [20, 2048],
  identity: true,
  pattern: 'arn:[^:]+:[^:]+:[^:]*:[^:]*:[^]+',
  patternRefusal: () => 'Invalid ARN:  Could not be parsed!',
})
export const path = pathShape('(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', WHOLE_PATH)
export const pathPrefix = pathShape('\\u002F[\\u0021-\\u007F]*', 'begin with /')
export const policyPath = pathShape('((/[A-Za-z0-9\\.,\\+@=_-]+)*)/', WHOLE_PATH)
export const policyDocument = string({ length: [1, 131_072], pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' })
export const policyDescription = string({ length: [undefined, 1000] })
export const roleDescription = string({
  length: [undefined, 1000],
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
})
export const maxSessionDuration = integer({ range: [3600, 43_200] })
export const id = string({ length: [16, 128], pattern: '[\\w]+' })
export const accessKeyId = string({ length: [16, 128], pattern: '[\\w]+' })
export const status = string({ enum: ['Active', 'Inactive', 'Expired'] })

const tagKey = string({ length: [1, 128], pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' })
const tagValue = string({ length: [0, 256], pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' })
export const tag = structure({ Key: required(tagKey), Value: required(tagValue) }, 'Tag')
export const tags = list(tag, { length: [undefined, 50] })
export const tagKeys = list(tagKey, { length: [undefined, 50] })

/** Members of every request for a part of a list. */
export const paging = {
  Marker: string({ length: [1, 320], pattern: '[\\u0020-\\u00FF]+' }),
  MaxItems: integer({ range: [1, 1000] }),
}
/** Members of every answer with a part of a list. */
export const page = { IsTruncated: boolean(), Marker: string() }

export const permissionsBoundary = structure(
  // The model's only value is another than the one that AWS answers.
  {
    PermissionsBoundaryType: string({ enum: ['PermissionsBoundaryPolicy'] as readonly string[] }),
    PermissionsBoundaryArn: arn,
  },
  'AttachedPermissionsBoundary',
)

export const user = structure(
  {
    Path: required(path),
    UserName: required(userName),
    UserId: required(id),
    Arn: required(arn),
    CreateDate: required(timestamp()),
    PasswordLastUsed: timestamp(),
    PermissionsBoundary: permissionsBoundary,
    Tags: tags,
  },
  'User',
)

export const group = structure(
  {
    Path: required(path),
    GroupName: required(groupName),
    GroupId: required(id),
    Arn: required(arn),
    CreateDate: required(timestamp()),
  },
  'Group',
)

export const role = structure(
  {
    Path: required(path),
    RoleName: required(roleName),
    RoleId: required(id),
    Arn: required(arn),
    CreateDate: required(timestamp()),
    AssumeRolePolicyDocument: policyDocument,
    Description: roleDescription,
    MaxSessionDuration: maxSessionDuration,
    PermissionsBoundary: permissionsBoundary,
    Tags: tags,
    RoleLastUsed: structure({ LastUsedDate: timestamp(), Region: string() }, 'RoleLastUsed'),
  },
  'Role',
)

export const instanceProfile = structure(
  {
    Path: required(path),
    InstanceProfileName: required(instanceProfileName),
    InstanceProfileId: required(id),
    Arn: required(arn),
    CreateDate: required(timestamp()),
    Roles: required(list(role)),
    Tags: tags,
  },
  'InstanceProfile',
)

export const policy = structure(
  {
    PolicyName: policyName,
    PolicyId: id,
    Arn: arn,
    Path: policyPath,
    DefaultVersionId: versionId,
    AttachmentCount: integer(),
    PermissionsBoundaryUsageCount: integer(),
    IsAttachable: boolean(),
    Description: policyDescription,
    CreateDate: timestamp(),
    UpdateDate: timestamp(),
    Tags: tags,
  },
  'Policy',
)

export const policyVersion = structure(
  { Document: policyDocument, VersionId: versionId, IsDefaultVersion: boolean(), CreateDate: timestamp() },
  'PolicyVersion',
)

export const attachedPolicy = structure({ PolicyName: policyName, PolicyArn: arn }, 'AttachedPolicy')
