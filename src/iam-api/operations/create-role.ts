import { operation, requestTags } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { uniqueId } from '../../identity/access-key.ts'
import type { Role } from '../../identity/entities.ts'
import { isKeptForServices, serviceOfPath } from '../../identity/service-role.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import { checkBoundary } from '../find-policy.ts'
import { readTrustPolicy } from '../policy-document.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showRole } from '../show-entity.ts'
import { checkTags } from '../tags.ts'

/** Longest session of a role that says nothing of it, in seconds (IAM reference). */
export const DEFAULT_MAX_SESSION = 3600

export const createRole = operation({
  name: 'CreateRole',
  access: 'write',
  recordsAnswer: true,
  makes: true,
  input: structure({
    Path: shapes.path,
    RoleName: required(shapes.roleName),
    AssumeRolePolicyDocument: required(shapes.policyDocument),
    Description: shapes.roleDescription,
    MaxSessionDuration: shapes.maxSessionDuration,
    PermissionsBoundary: shapes.policyArn,
    Tags: shapes.tags,
  }),
  output: structure({ Role: required(shapes.role) }),

  check({ Path = '/', Tags = [] }) {
    checkTags(Tags)
    if (isKeptForServices(Path) && serviceOfPath(Path) === undefined) throw errors.servicePath(Path)
  },
  target: ({ Path, RoleName }, { account }: IamContext) => toBe('role', { path: Path, name: RoleName }, account),
  furtherActions: ['iam:TagRole', 'iam:CreateServiceLinkedRole'],
  alsoRequires({ Path = '/', Tags = [] }) {
    const service = serviceOfPath(Path)
    // The action of AWS by which an account takes in a service: who may make roles may not make services therefore.
    const declares = { action: 'CreateServiceLinkedRole', conditions: { 'iam:AWSServiceName': service } }
    return [...(Tags.length > 0 ? ['TagRole'] : []), ...(service === undefined ? [] : [declares])]
  },
  conditions: ({ PermissionsBoundary, Tags = [] }) => ({
    'iam:PermissionsBoundary': PermissionsBoundary,
    ...requestTags(Tags),
  }),

  async run(input, _value: undefined, context) {
    const { RoleName, AssumeRolePolicyDocument, PermissionsBoundary } = input
    const { account, store, now } = context
    if (await store.find('role', account, RoleName)) throw errors.named('Role', RoleName)
    await checkBoundary(PermissionsBoundary, context)
    if ((await store.count('role', account)) >= quotas.rolesPerAccount)
      throw errors.quotaExceeded('RolesPerAccount', quotas.rolesPerAccount)
    const trust = await readTrustPolicy(AssumeRolePolicyDocument, RoleName, context)
    const role: Role = {
      kind: 'role',
      account,
      id: uniqueId('AROA'),
      name: RoleName,
      path: input.Path ?? '/',
      trust,
      description: input.Description || undefined,
      maxSession: input.MaxSessionDuration ?? DEFAULT_MAX_SESSION,
      boundary: PermissionsBoundary,
      tags: input.Tags ?? [],
      inline: [],
      attached: [],
      createdAt: now,
      revision: 1,
    }
    context.change(store.create(role))
    const { MaxSessionDuration: _, RoleLastUsed: __, ...shown } = showRole(role, trust.document)
    return { Role: { ...shown, MaxSessionDuration: input.MaxSessionDuration } }
  },
})
