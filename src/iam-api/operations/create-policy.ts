import { operation, requestTags } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { uniqueId } from '../../identity/access-key.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import { checkManagedDocument } from '../policy-document.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showTags } from '../show-entity.ts'
import { showPolicy } from '../show-policy.ts'
import { checkTags } from '../tags.ts'

const UNUSED = { PermissionsPolicy: 0, PermissionsBoundary: 0 }

export const createPolicy = operation({
  name: 'CreatePolicy',
  access: 'write',
  recordsAnswer: true,
  makes: true,
  input: structure({
    PolicyName: required(shapes.policyName),
    Path: shapes.policyPath,
    PolicyDocument: required(shapes.policyDocument),
    Description: shapes.policyDescription,
    Tags: shapes.tags,
  }),
  output: structure({ Policy: shapes.policy }),

  check({ Tags = [] }) {
    checkTags(Tags)
  },
  target: ({ Path, PolicyName }, { account }: IamContext) => toBe('policy', { path: Path, name: PolicyName }, account),
  furtherActions: ['iam:TagPolicy'],
  alsoRequires: ({ Tags = [] }) => (Tags.length > 0 ? ['TagPolicy'] : []),
  conditions: ({ Tags = [] }) => requestTags(Tags),

  async run({ PolicyName, Path = '/', PolicyDocument, Description, Tags = [] }, _value: undefined, context) {
    const { account, store, now } = context
    checkManagedDocument(PolicyDocument)
    if (await store.find('policy', account, PolicyName))
      throw errors.alreadyExists(`A policy called ${PolicyName} already exists. Duplicate names are not allowed.`)
    if ((await store.count('policy', account)) >= quotas.policiesPerAccount)
      throw errors.quotaExceeded('PoliciesPerAccount', quotas.policiesPerAccount)
    const policy: ManagedPolicy = {
      kind: 'policy',
      account,
      id: uniqueId('ANPA'),
      name: PolicyName,
      path: Path,
      description: Description || undefined,
      tags: Tags,
      versions: [{ id: 'v1', document: PolicyDocument, createdAt: now }],
      defaultVersion: 'v1',
      versionsMade: 1,
      createdAt: now,
      updatedAt: now,
      revision: 1,
    }
    context.change(store.create(policy))
    const { Description: _, ...shown } = showPolicy(policy, UNUSED)
    return { Policy: { ...shown, Tags: showTags(Tags) } }
  },
})
