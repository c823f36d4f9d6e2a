import { AwsError } from '../aws/error.ts'
import type { ResourcePolicy, Target } from '../aws/operation.ts'
import type { KmsCaller, KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { findById, trusting } from './find-key.ts'
import { readGrantToken } from './grant-token.ts'
import { means } from './granted-actions.ts'
import { grantConditions } from './grants.ts'
import { keyArn } from './key.ts'
import type { Grant, KmsKey } from './key-store.ts'

const ACTION = 'kms:RetireGrant'

/** A grant is named by its token, or by its key and its id. */
interface Reference {
  readonly GrantToken?: string | undefined
  readonly KeyId?: string | undefined
  readonly GrantId?: string | undefined
}

/**
 * The grant that a request is to retire. The grant itself says who may: whom it names for it, the grantee where RetireGrant is among its
 * operations, and the accounts that made it or that it names so, which hand that on by their own policies. The policy of the key has no say
 * (KMS developer guide, "Retiring and revoking grants").
 */
export async function findRetirable(reference: Reference, context: KmsContext): Promise<Target<Grant>> {
  const { key: keyId, grantId, wrong } = placeOf(reference)
  const key = await findById(keyId, { use: 'look', action: ACTION }, context)
  const grant = key.value && (await grantOf(key.value, grantId, context))
  return {
    ...key,
    policy: grant && policyOf(grant),
    granted: grant && mayRetire(grant, context.caller) ? [ACTION] : undefined,
    conditions: {
      ...key.conditions,
      ...(grant && grantConditions(grant, { grantee: grant.grantee.arn, retiring: grant.retiring?.arn })),
    },
    value: grant,
    missing: grant ? undefined : (wrong ?? key.missing ?? errors.grantNotFound(grantId)),
  }
}

interface Named {
  readonly key: string
  readonly grantId: string
  /** What to answer where the request names nothing, once permission was given. */
  readonly wrong?: AwsError | undefined
}

function placeOf({ GrantToken, KeyId: key = '', GrantId: grantId = '' }: Reference): Named {
  if (GrantToken === undefined) return { key, grantId }
  try {
    const { account, region, keyId, grantId } = readGrantToken(GrantToken)
    return { key: keyArn(region, account, keyId), grantId }
  } catch (error) {
    if (error instanceof AwsError) return { key: '*', grantId, wrong: error }
    throw error
  }
}

function grantOf(key: KmsKey, grantId: string, context: KmsContext): Promise<Grant | undefined> {
  return trusting(() => context.keys.grant(key, grantId), context)
}

const granteeRetires = ({ operations }: Grant) => operations.includes('RetireGrant')

function mayRetire(grant: Grant, caller: KmsCaller): boolean {
  const { grantee, retiring } = grant
  return (retiring !== undefined && means(retiring, caller)) || (granteeRetires(grant) && means(grantee, caller))
}

/** What stands in for a policy: the accounts whose own policies decide. */
function policyOf(grant: Grant): ResourcePolicy {
  const { issuingAccount, grantee, retiring } = grant
  const named = [issuingAccount, ...(retiring ? [retiring.arn] : []), ...(granteeRetires(grant) ? [grantee.arn] : [])]
  const accounts = new Set(named.filter((arn) => arn.endsWith(':root')))
  const statement = { Effect: 'Allow', Principal: { AWS: [...accounts] }, Action: ACTION, Resource: '*' }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  return { document, rule: 'key', name: 'grant' }
}
