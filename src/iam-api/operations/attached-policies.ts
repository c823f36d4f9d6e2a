import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import { findManagedPolicy } from '../../identity/find-managed-policy.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findGrantee, type Grantee, type GranteeKind, granteeKinds, grantees, structureFor } from '../grantees.ts'
import { pageOfNames } from '../list-entities.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'

const policyArn = { PolicyArn: required(shapes.policyArn) }
const answer = structure({ AttachedPolicies: list(shapes.attachedPolicy), ...shapes.page })

const ATTACHED = {
  user: quotas.attachedPerUser,
  group: quotas.attachedPerGroup,
  role: quotas.attachedPerRole,
} as const

function attachPolicy(kind: GranteeKind) {
  const { noun, shape } = grantees[kind]
  return operation({
    name: `Attach${noun}Policy`,
    access: 'write',
    input: structureFor(kind, shape, policyArn),
    target: (input, context: IamContext) => findGrantee(kind, input, context),
    conditions: ({ PolicyArn }) => ({ 'iam:PolicyARN': PolicyArn }),

    async run({ PolicyArn }, entity: Grantee, context) {
      if (!(await findManagedPolicy(PolicyArn, context))) throw errors.policyNotAttachable(PolicyArn)
      if (entity.attached.includes(PolicyArn)) return {}
      const attached = [...entity.attached, PolicyArn]
      if (attached.length > ATTACHED[kind]) throw errors.quotaExceeded(`PoliciesPer${noun}`, ATTACHED[kind])
      context.change(context.store.update({ ...entity, attached }))
      return {}
    },
  })
}

function detachPolicy(kind: GranteeKind) {
  const { noun, shape } = grantees[kind]
  return operation({
    name: `Detach${noun}Policy`,
    access: 'write',
    input: structureFor(kind, shape, policyArn),
    target: (input, context: IamContext) => findGrantee(kind, input, context),
    conditions: ({ PolicyArn }) => ({ 'iam:PolicyARN': PolicyArn }),

    run({ PolicyArn }, entity: Grantee, { store, change }) {
      if (!entity.attached.includes(PolicyArn)) throw errors.policyNotFound(PolicyArn)
      change(store.update({ ...entity, attached: entity.attached.filter((arn) => arn !== PolicyArn) }))
      return {}
    },
  })
}

function listAttachedPolicies(kind: GranteeKind) {
  const { noun, shape } = grantees[kind]
  return operation({
    name: `ListAttached${noun}Policies`,
    access: 'read',
    input: structureFor(kind, shape, { PathPrefix: shapes.policyPath, ...shapes.paging }),
    output: answer,
    target: (input, context: IamContext) => findGrantee(kind, input, context),

    async run({ PathPrefix = '/', ...input }, entity: Grantee, context) {
      const policies = entity.attached.map(partsOf).filter(({ path }) => path.startsWith(PathPrefix))
      const { items, paging } = await pageOfNames(['attached', entity.id, PathPrefix], policies, input, context)
      return { AttachedPolicies: items.map(({ arn, policy }) => ({ PolicyName: policy, PolicyArn: arn })), ...paging }
    },
  })
}

/**
 * What a policy's ARN says. An account's policy and one of AWS may have the same name, and no others: the order is by name and owner, which stay
 * short enough for a marker, whatever the path.
 */
function partsOf(arn: string) {
  const [, owner = '', path = '/', policy = ''] = /^arn:aws:iam::([^:]+):policy(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? []
  return { arn, path, policy, name: `${policy} ${owner}` }
}

/**
 * Managed policies that a user, group or role has: AttachUserPolicy, DetachUserPolicy, ListAttachedUserPolicies; AttachGroupPolicy,
 * DetachGroupPolicy, ListAttachedGroupPolicies; AttachRolePolicy, DetachRolePolicy, ListAttachedRolePolicies.
 */
export const attachedPolicies = granteeKinds.flatMap((kind) => [
  attachPolicy(kind),
  detachPolicy(kind),
  listAttachedPolicies(kind),
])
