import type { AwsError } from '../aws/error.ts'
import type { Target } from '../aws/operation.ts'
import type { KmsContext } from './context.ts'
import { errors, stateErrors } from './errors.ts'
import { aliasArn, keyArn } from './key.ts'
import type { KeyReference, KmsKey } from './key-store.ts'

const ARN = /^arn:[^:]+:kms:([^:]+):(\d{12}):(.+)$/
const KEY_RESOURCE = /^key\/(.+)$/

/** The key that a text names: key id, key ARN, alias name or alias ARN (security facts 4.3). */
export async function findKey(text: string, context: KmsContext): Promise<Target<KmsKey>> {
  const [, region = context.scope.region, account = context.scope.account, resource = text] = ARN.exec(text) ?? []
  if (resource.startsWith('alias/')) {
    const arn = aliasArn(region, account, resource)
    return target({ account, region, alias: resource }, arn, errors.aliasNotFound(arn), text, context)
  }
  const keyId = KEY_RESOURCE.exec(resource)?.[1] ?? resource
  const arn = keyArn(region, account, keyId)
  return target({ keyId }, arn, errors.keyNotFound(arn), text, context)
}

/** The key that a ciphertext blob names. */
export async function findKeyById(keyId: string, missing: AwsError, context: KmsContext): Promise<Target<KmsKey>> {
  return target({ keyId }, keyArn(context.scope.region, context.scope.account, keyId), missing, keyId, context)
}

async function target(
  reference: KeyReference,
  arn: string,
  missing: AwsError,
  label: string,
  context: KmsContext,
): Promise<Target<KmsKey>> {
  const found = await context.keys.find(reference)
  // A key of another Region does not exist here.
  const key = found?.region === context.scope.region ? found : undefined
  return {
    resource: key?.arn ?? arn,
    label,
    account: key?.account ?? context.scope.account,
    tags: [],
    value: key,
    missing: key ? undefined : missing,
    unusable: key && stateErrors[key.state](key.arn),
  }
}
