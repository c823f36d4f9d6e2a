import { ForgedRowError } from '../aws/change.ts'
import type { AwsError } from '../aws/error.ts'
import type { Target } from '../aws/operation.ts'
import type { KmsContext } from './context.ts'
import { errors, stateErrors } from './errors.ts'
import { aliasArn, keyArn } from './key.ts'
import { policyOf } from './key-policy.ts'
import type { KeyReference, KmsKey } from './key-store.ts'

const ARN = /^arn:[^:]+:kms:([^:]+):(\d{12}):(.+)$/
const KEY_RESOURCE = /^key\/(.+)$/

/** The key that a text names: key id, key ARN, alias name or alias ARN (security facts 4.3). */
export async function findKey(text: string, context: KmsContext): Promise<Target<KmsKey>> {
  const [, region = context.scope.region, account = context.scope.account, resource = text] = ARN.exec(text) ?? []
  if (resource.startsWith('alias/')) {
    const arn = aliasArn(region, account, resource)
    const found = await lookUp({ account, region, alias: resource }, context)
    return target(found, { arn, account, missing: () => errors.aliasNotFound(arn), label: text }, context)
  }
  const keyId = KEY_RESOURCE.exec(resource)?.[1] ?? resource
  const arn = keyArn(region, account, keyId)
  const found = await lookUp({ keyId }, context)
  // An id alone names a key of the caller's own account, an ARN none of another account than it says.
  const named = found?.arn === arn ? found : undefined
  return target(named, { arn, account, missing: () => errors.keyNotFound(arn), label: text }, context)
}

/** The key that a ciphertext blob names. */
export async function findKeyById(
  keyId: string,
  missing: () => AwsError,
  context: KmsContext,
): Promise<Target<KmsKey>> {
  const { account, region } = context.scope
  const found = await lookUp({ keyId }, context)
  return target(found, { arn: keyArn(region, account, keyId), account, missing, label: keyId }, context)
}

/** Throws KMSInternalException for a key whose row was forged: nobody is to be told more, and the operator all. */
export async function lookUp(reference: KeyReference, context: KmsContext): Promise<KmsKey | undefined> {
  try {
    return await context.keys.find(reference)
  } catch (error) {
    if (!(error instanceof ForgedRowError)) throw error
    context.report(error)
    throw errors.unreadableKey()
  }
}

interface Sought {
  /** ARN and account on which permission is decided when there is no such key. */
  readonly arn: string
  readonly account: string
  /** An error takes its stack when it is made; most keys are there. */
  readonly missing: () => AwsError
  readonly label: string
}

function target(found: KmsKey | undefined, { arn, account, missing, label }: Sought, context: KmsContext) {
  // A key of another Region does not exist here.
  const key = found?.region === context.scope.region ? found : undefined
  return {
    resource: key?.arn ?? arn,
    label,
    account: key?.account ?? account,
    tags: [],
    policy: key && policyOf(key),
    value: key,
    missing: key ? undefined : missing(),
    unusable: key && stateErrors[key.state](key.arn),
  }
}
