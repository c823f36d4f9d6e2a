import { parsePolicy, parseStoredPolicy } from '../iam/parse-policy.ts'
import { type Policy, PolicyError, type PolicyKind } from '../iam/policy.ts'
import { arnOf, type ManagedPolicy } from '../identity/entities.ts'
import { AWS_ACCOUNT, findManagedPolicy } from '../identity/find-managed-policy.ts'
import { documentOf } from '../identity/permissions.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'
import type { Grantee, GranteeKind } from './grantees.ts'

/** A policy of a simulation, and where it comes from. */
export interface Source {
  /** As results name it. */
  readonly id: string
  readonly type: GranteeKind | 'aws-managed' | 'user-managed' | 'resource' | 'none'
  /** Who has it, for an inline policy. */
  readonly owner?: Grantee | undefined
  /** Of a managed policy. */
  readonly arn?: string | undefined
  readonly document: string
  readonly policy: Policy
}

/** Everything that takes part in a simulation. */
export interface SimulatedPolicies {
  readonly identity: readonly Source[]
  readonly boundary?: Source | undefined
  /** One list for each level of an organization. */
  readonly serviceControl?: readonly (readonly Source[])[] | undefined
  readonly resource?: Source | undefined
}

/** Policies of a user, group or role: its own and those of its groups; its boundary apart. Throws NoSuchEntity. */
export async function policiesOfGrantee(entity: Grantee, context: IamContext): Promise<SimulatedPolicies> {
  const { store } = context
  if (entity.kind === 'group') return { identity: await grantedBy([entity], context) }
  const holder = await store.findHolder(entity.kind, entity.id)
  if (!holder) throw errors.notFound(entity.kind, entity.name)
  const { boundary } = holder.entity
  return {
    identity: await grantedBy([holder.entity, ...holder.groups], context),
    boundary: boundary === undefined ? undefined : await managed(boundary, 'boundary', context),
  }
}

async function grantedBy(entities: readonly Grantee[], context: IamContext): Promise<readonly Source[]> {
  const sources = entities.map(
    async (entity): Promise<readonly Source[]> => [
      ...entity.inline.map(({ name, document }) => ({
        id: name,
        type: entity.kind,
        owner: entity,
        document,
        policy: parseStoredPolicy(document, 'identity'),
      })),
      ...(await Promise.all(entity.attached.map((arn) => managed(arn, 'identity', context)))),
    ],
  )
  return (await Promise.all(sources)).flat()
}

async function managed(arn: string, kind: PolicyKind, context: IamContext): Promise<Source> {
  const found = await findManagedPolicy(arn, context)
  if (!found) throw errors.policyNotFound(arn)
  return sourceOf(found, kind)
}

function sourceOf(policy: ManagedPolicy, kind: PolicyKind): Source {
  const document = documentOf(policy)
  const type = policy.account === AWS_ACCOUNT ? 'aws-managed' : 'user-managed'
  return { id: policy.name, type, arn: arnOf(policy), document, policy: parseStoredPolicy(document, kind) }
}

/** Policies that a request brings, called by the member they come in. Throws InvalidInput for what is no policy. */
export function inputPolicies(
  documents: readonly string[],
  member: string,
  kind: PolicyKind = 'identity',
): readonly Source[] {
  const type = kind === 'resource' ? 'resource' : 'none'
  return documents.map((document, index) => {
    const id = kind === 'resource' ? member : `${member}.${index + 1}`
    return { id, type, document, policy: readInput(document, id, kind) }
  })
}

function readInput(document: string, id: string, kind: PolicyKind): Policy {
  try {
    return parsePolicy(document, kind)
  } catch (error) {
    throw error instanceof PolicyError ? errors.invalidInput(`Invalid policy ${id}: ${error.message}`) : error
  }
}

/** A policy that a simulation is to leave out, by one of three ways to name it. */
export interface Exclusion {
  readonly PolicyType?: string | undefined
  readonly PolicyArn?: string | undefined
  readonly InlinePolicyIdentifier?:
    | { readonly PolicyName: string; readonly AttachmentType: string; readonly AttachmentName: string }
    | undefined
}

/** What is left of a principal's policies. */
export function exclude(
  { identity, boundary }: SimulatedPolicies,
  exclusions: readonly Exclusion[],
): Pick<SimulatedPolicies, 'identity' | 'boundary'> {
  const excluded = (source: Source, type: string) =>
    exclusions.some(
      ({ PolicyType, PolicyArn, InlinePolicyIdentifier: inline }) =>
        PolicyType === type ||
        (PolicyArn !== undefined && PolicyArn === source.arn) ||
        (inline !== undefined &&
          inline.PolicyName === source.id &&
          inline.AttachmentType === source.owner?.kind &&
          inline.AttachmentName === source.owner?.name),
    )
  return {
    identity: identity.filter((source) => !excluded(source, source.owner ? 'inline' : source.type)),
    boundary: boundary && excluded(boundary, 'permission-boundary') ? undefined : boundary,
  }
}
