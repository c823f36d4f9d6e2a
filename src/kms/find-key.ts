import type { AwsError } from '../aws/error.ts'
import type { Target } from '../aws/operation.ts'
import type { KmsContext } from './context.ts'
import { errors, stateErrors } from './errors.ts'
import { aliasArn, keyArn } from './key.ts'
import type { KmsKey } from './key-store.ts'

const ARN = /^arn:[^:]+:kms:([^:]+):(\d{12}):(.+)$/
const KEY_RESOURCE = /^key\/(.+)$/

/** The key that a text names: key id, key ARN, alias name or alias ARN (security facts 4.3). */
export async function findKey(text: string, context: KmsContext): Promise<Target<KmsKey>> {
  const [, region = context.scope.region, account = context.scope.account, resource = text] = ARN.exec(text) ?? []
  if (resource.startsWith('alias/')) {
    const arn = aliasArn(region, account, resource)
    const found = await context.keys.find({ account, region, alias: resource })
    return target(found, { arn, account, missing: errors.aliasNotFound(arn), label: text }, context)
  }
  const keyId = KEY_RESOURCE.exec(resource)?.[1] ?? resource
  const arn = keyArn(region, account, keyId)
  const found = await context.keys.find({ keyId })
  // An id alone names a key of the caller's own account, an ARN none of another account than it says.
  const named = found?.arn === arn ? found : undefined
  return target(named, { arn, account, missing: errors.keyNotFound(arn), label: text }, context)
}

/** The key that a ciphertext blob names. */
export async function findKeyById(keyId: string, missing: AwsError, context: KmsContext): Promise<Target<KmsKey>> {
  const { account, region } = context.scope
  const found = await context.keys.find({ keyId })
  return target(found, { arn: keyArn(region, account, keyId), account, missing, label: keyId }, context)
}

interface Sought {
  /** ARN and account on which permission is decided when there is no such key. */
  readonly arn: string
  readonly account: string
  readonly missing: AwsError
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
    value: key,
    missing: key ? undefined : missing,
    unusable: key && stateErrors[key.state](key.arn),
  }
}
