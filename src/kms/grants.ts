import { isDeepStrictEqual } from 'node:util'
import type { Conditions } from '../aws/operation.ts'
import type { Value } from '../aws/shape.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { type GrantTerms, sameContext } from './granted-actions.ts'
import type { Grant, GrantConstraints, GrantPrincipal, KmsKey } from './key-store.ts'
import type * as shapes from './shapes.ts'

/** Grants on one key (KMS developer guide, quotas). */
export const MAX_GRANTS = 50_000

/** Pairs of an encryption context in a constraint, and the length of each value (KMS API, GrantConstraints). */
const MAX_CONSTRAINT_PAIRS = 8
const MAX_CONSTRAINT_VALUE = 384

/** What a key for encryption can be used for; the rest are of asymmetric and HMAC keys. */
const OPERATIONS: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
])

const GRANT_ID = /^[0-9a-f]{64}$/

/** Throws InvalidGrantIdException for what no grant is named. */
export function checkGrantId(grantId: string | undefined): void {
  if (grantId !== undefined && !GRANT_ID.test(grantId)) throw errors.invalidGrantId()
}

/** How a request names a principal: by ARN, or an AWS service by its own name. */
interface Named {
  readonly arn?: string | undefined
  readonly service?: string | undefined
}

/** One of both ways. Throws ValidationException. */
export function checkPrincipal(role: 'Grantee' | 'Retiring', { arn, service }: Named): void {
  if (arn !== undefined && service !== undefined) throw errors.twoPrincipals(role)
}

/** Whom a request names; undefined where it names nobody. Throws InvalidArnException for who is not there. */
export async function principalOf(
  { arn, service }: Named,
  { policies }: KmsContext,
): Promise<GrantPrincipal | undefined> {
  if (service !== undefined) return { arn: service }
  if (arn === undefined) return undefined
  const principal = await policies.principal(arn)
  if (!principal) throw errors.noPrincipal()
  return principal
}

/** Refuses what no grant gives. Throws ValidationException. */
export function checkTerms({ operations, constraints = {} }: GrantTerms): void {
  if (operations.length === 0) throw errors.noGrantOperations()
  const unfit = operations.find((operation) => !OPERATIONS.has(operation))
  if (unfit !== undefined) throw errors.grantOperationUnfit(unfit)
  for (const pairs of [constraints.EncryptionContextSubset, constraints.EncryptionContextEquals]) {
    const values = Object.values(pairs ?? {})
    if (values.length > MAX_CONSTRAINT_PAIRS) throw errors.tooManyConstraintPairs(MAX_CONSTRAINT_PAIRS)
    if (values.some((value) => value.length > MAX_CONSTRAINT_VALUE))
      throw errors.constraintValueTooLong(MAX_CONSTRAINT_VALUE)
  }
}

/** Condition keys of a grant that is to be made or ended, beside those of its key (security facts 3.9). */
export function grantConditions(
  { operations, constraints }: GrantTerms,
  { grantee, retiring }: { readonly grantee?: string | undefined; readonly retiring?: string | undefined },
): Conditions {
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equal, SourceArn } = constraints ?? {}
  const pairs = Object.entries({ ...subset, ...equal })
  const types = [
    ...(equal ? ['EncryptionContextEquals'] : []),
    ...(subset ? ['EncryptionContextSubset'] : []),
    ...(SourceArn === undefined ? [] : ['SourceArn']),
  ]
  return {
    'kms:GrantOperations': operations,
    'kms:GrantConstraintType': types.length > 0 ? types : undefined,
    'kms:GranteePrincipal': grantee,
    'kms:RetiringPrincipal': retiring,
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    'kms:EncryptionContextKeys': pairs.length > 0 ? pairs.map(([name]) => name) : undefined,
  }
}

/** Whether an AWS service asks for its own resource, as far as there are such services here. */
export function forAwsResource({ via }: Pick<KmsContext, 'via'>): Conditions {
  return { 'kms:GrantIsForAWSResource': String(via !== undefined) }
}

/** Whether two grants are the same but for when they were made: a request that is sent again makes no second one. */
export function isSameGrant(left: Grant, right: Grant): boolean {
  const facts = ({ name, grantee, retiring, issuingAccount }: Grant) => [
    name,
    grantee,
    retiring ?? null,
    issuingAccount,
  ]
  return (
    isDeepStrictEqual(facts(left), facts(right)) &&
    isDeepStrictEqual(new Set(left.operations), new Set(right.operations)) &&
    sameConstraints(left.constraints, right.constraints)
  )
}

function sameConstraints(left: GrantConstraints = {}, right: GrantConstraints = {}): boolean {
  const same = (one: Pairs, other: Pairs) => (one && other ? sameContext(one, other) : one === other)
  return (
    same(left.EncryptionContextSubset, right.EncryptionContextSubset) &&
    same(left.EncryptionContextEquals, right.EncryptionContextEquals) &&
    left.SourceArn === right.SourceArn
  )
}

type Pairs = GrantConstraints['EncryptionContextEquals']

/** A grant as lists show it. */
export function describeGrant(grant: Grant, key: Pick<KmsKey, 'arn'>) {
  const { grantee, retiring } = grant
  return {
    KeyId: key.arn,
    GrantId: grant.grantId,
    Name: grant.name,
    CreationDate: new Date(grant.createdAt),
    ...shown('Grantee', grantee),
    ...(retiring && shown('Retiring', retiring)),
    IssuingAccount: grant.issuingAccount,
    Operations: grant.operations as GrantOperations,
    Constraints: grant.constraints,
  }
}

type GrantOperations = NonNullable<Value<typeof shapes.grantOperations>>

function shown<R extends 'Grantee' | 'Retiring'>(role: R, { arn }: GrantPrincipal) {
  const member = arn.startsWith('arn:') ? `${role}Principal` : `${role}ServicePrincipal`
  return { [member]: arn } as { readonly [M in `${R}Principal` | `${R}ServicePrincipal`]?: string }
}
