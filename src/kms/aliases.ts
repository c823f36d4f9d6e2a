import type { FurtherTarget, Target } from '../aws/operation.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { trusting } from './find-key.ts'
import { aliasArn } from './key.ts'
import type { Alias } from './key-store.ts'

const PREFIX = 'alias/'
/** Names that AWS keeps for the keys of its services. */
const RESERVED = 'alias/aws/'

/** By its name, or by its ARN. */
const ALIAS = /^(?:arn:[^:]+:kms:[^:]*:[^:]*:)?alias\//

/** Aliases of one key (KMS developer guide, quotas). */
export const MAX_ALIASES = 50

/** Refuses what no customer's alias is named. Throws ValidationException, InvalidAliasNameException. */
export function checkAliasName(name: string): void {
  if (!name.startsWith(PREFIX)) throw errors.aliasPrefix()
  // The model lets a colon pass, which would be no name in an ARN.
  if (name.includes(':')) throw errors.aliasCharacters(name)
  if (name === PREFIX || name.startsWith(RESERVED)) throw errors.reservedAlias(name)
}

/** Refuses an alias as what an alias is to lead to: it is always a key. Throws ValidationException. */
export function checkAliasTarget(keyId: string): void {
  if (ALIAS.test(keyId)) throw errors.aliasOfAlias()
}

/** An alias of the caller's account: permission on it is a matter of identity policies alone (security facts 3.9). */
export async function findAlias(name: string, context: KmsContext): Promise<Target<Alias>> {
  const { account, region } = context.scope
  const alias = await trusting(() => context.keys.alias(context.scope, name), context)
  const arn = aliasArn(region, account, name)
  return {
    resource: arn,
    label: arn,
    account,
    tags: [],
    value: alias,
    conditions: { 'kms:CallerAccount': account },
    missing: alias ? undefined : errors.aliasNotFound(arn),
  }
}

/** An alias beside the key that an operation is about. */
export function aliasAlso(action: string, target: Target<Alias>, lenient = false): FurtherTarget {
  return { action, target, lenient }
}
