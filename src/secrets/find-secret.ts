import type { Conditions, Target } from '../aws/operation.ts'
import { partitionOf } from '../aws/partition.ts'
import type { SecretsContext } from './context.ts'
import { errors } from './errors.ts'
import { isManagedByAnother } from './owning-service.ts'
import { isReplica } from './replicas.ts'
import type { Secret } from './secret.ts'
import { makeSecretArn, parseSecretId } from './secret-id.ts'
import { type Found, type Scope, type Selector, TamperedError } from './secrets-store.ts'

/**
 * Stands in for the suffix of a secret that does not exist: six characters, so that a policy's `name-??????` admits it, and none that a
 * real suffix has (security facts U-09).
 */
const NO_SUFFIX = '------'

/** How explanations name the policy on a secret. */
const RESOURCE_POLICY = 'resource policy'

/** How the store finds what a SecretId names; undefined for an id that names nothing at this endpoint. */
export function selectorOf(text: string, scope: Scope): Selector | undefined {
  const id = parseSecretId(text)
  if (id.kind === 'name') return { scope, name: id.name }
  // Secrets of another Region do not exist here (facts 9.3, 6), and no Region lies in another partition than its own.
  if (id.kind === 'malformed-arn' || id.region !== scope.region) return undefined
  if (id.partition !== partitionOf(id.region)) return undefined
  if (id.kind === 'arn') return { arn: id.arn }
  return { scope: { account: id.account, region: id.region }, name: id.name }
}

/** The secret that a SecretId names, as a target: also when there is none, or when its row was forged. */
export async function findSecret(text: string, context: SecretsContext): Promise<Target<Found>> {
  const { scope, store, report } = context
  const selector = selectorOf(text, scope)
  const [found] = selector ? await store.findMany([selector]) : []
  if (!found || found instanceof TamperedError) {
    const { arn, account } = hypothetical(text, scope)
    const conditions = { 'secretsmanager:SecretId': arn }
    const nothing = { resource: arn, label: text, account, tags: [], conditions, value: undefined }
    if (!found) return { ...nothing, missing: errors.secretNotFound() }
    // Nothing that the row says decides anything, and whoever may not read the secret learns nothing either.
    report(found)
    return { ...nothing, unreadable: errors.decryptionFailure() }
  }
  const { secret } = found
  const { arn } = hypothetical(text, scope)
  return {
    hypothetical: { resource: arn, conditions: { 'secretsmanager:SecretId': arn } },
    resource: secret.arn,
    label: text,
    account: secret.account,
    tags: secret.tags ?? [],
    policy: secret.resourcePolicy && { ...secret.resourcePolicy, rule: 'ordinary', name: RESOURCE_POLICY },
    conditions: conditionsOf(secret),
    value: found,
    managed: isManagedByAnother(secret, context) ? errors.managed() : undefined,
    unusable: secret.deletedAt === undefined ? undefined : errors.markedForDeletion(),
  }
}

/** The same for operations to which replicas are closed: they are changed through their primary alone (facts 8.7). */
export async function findPrimary(text: string, context: SecretsContext): Promise<Target<Found>> {
  const target = await findSecret(text, context)
  return target.value && isReplica(target.value.secret) ? { ...target, closed: errors.isReplica() } : target
}

/** Condition keys that a secret itself gives (security facts 2.3). */
export function conditionsOf({ arn, region, primaryRegion = region, type, rotation }: Secret): Conditions {
  return {
    'secretsmanager:SecretId': arn,
    'secretsmanager:SecretPrimaryRegion': primaryRegion,
    'secretsmanager:resource/AllowRotationLambdaArn': rotation?.lambdaArn,
    'secretsmanager:resource/Type': type,
  }
}

/** The ARN on which permission for a secret is decided that does not exist, or not yet. */
export function hypothetical(text: string, scope: Scope): { arn: string; account: string } {
  const id = parseSecretId(text)
  switch (id.kind) {
    case 'name':
      return { arn: makeSecretArn({ ...scope, name: id.name, suffix: NO_SUFFIX }), account: scope.account }
    case 'arn':
      return { arn: id.arn, account: id.account }
    case 'partial-arn':
      return { arn: makeSecretArn({ ...id, suffix: NO_SUFFIX }), account: id.account }
    case 'malformed-arn':
      return { arn: text, account: scope.account }
  }
}
