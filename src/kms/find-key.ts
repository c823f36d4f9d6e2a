import { ForgedRowError } from '../aws/damaged-row.ts'
import type { AwsError } from '../aws/error.ts'
import type { Target } from '../aws/operation.ts'
import { keyConditions } from './conditions.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { actionsOfAccount, type GrantUse, grantedActions, namesOf } from './granted-actions.ts'
import { aliasArn, keyArn } from './key.ts'
import { policyOf, policyWith } from './key-policy.ts'
import { refusalOf, type Use } from './key-state.ts'
import type { KeyReference, KmsKey } from './key-store.ts'

const ARN = /^arn:[^:]+:kms:([^:]+):(\d{12}):(.+)$/
const KEY_RESOURCE = /^key\/(.+)$/
/** A key id is a UUID, of a multi-Region key `mrk-` with 32 hex digits. */
const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/

/** How refusals name the key of a ciphertext. */
const CIPHERTEXT = 'the resource associated with this ciphertext'

/** What is to be done with a key. */
export interface Purpose extends GrantUse {
  /** Decides in which states it is refused. */
  readonly use: Use
  /** Action with prefix, as the vague refusal of keys of other accounts names it. */
  readonly action: string
}

/** The key that a text names: key id, key ARN, alias name or alias ARN (security facts 4.3). */
export async function findKey(text: string, purpose: Purpose, context: KmsContext): Promise<Target<KmsKey>> {
  const { region, account, resource } = parseReference(text, context)
  if (!resource.startsWith('alias/') || region !== context.scope.region) return findById(text, purpose, context)
  const arn = aliasArn(region, account, resource)
  const found = await lookUp({ account, region, alias: resource }, context)
  const missing = () => errors.aliasNotFound(arn)
  return keyTarget(found, { arn, account, missing, label: text, alias: resource, purpose }, context)
}

/** The same for operations that take no aliases: key id or key ARN. Also one of another account, as far as that permits it. */
export async function findById(text: string, purpose: Purpose, context: KmsContext): Promise<Target<KmsKey>> {
  const { region, account, resource } = parseReference(text, context)
  const named = KEY_RESOURCE.exec(resource)?.[1]
  const keyId = named ?? resource
  const isHere = region === context.scope.region
  const isId = isHere && named !== undefined && KEY_ID.test(named)
  const arn = isHere ? keyArn(region, account, keyId) : text
  const missing = () =>
    isId ? errors.keyNotFound(arn) : isHere ? errors.invalidKeyId(text) : errors.invalidRegion(region)
  const found = isId ? await lookUp({ region, keyId }, context) : undefined
  // An id alone names a key of the caller's own account, an ARN none of another account than it says.
  return keyTarget(found?.arn === arn ? found : undefined, { arn, account, missing, label: arn, purpose }, context)
}

/**
 * Target of an operation that manages a key: of the caller's own account alone, whatever the policy of another key says, and none that a service
 * made for itself.
 */
export function ownKey(operation: string, use: Use) {
  const purpose = { use, action: `kms:${operation}` }
  return async <I extends { readonly KeyId: string }>({ KeyId }: I, context: KmsContext): Promise<Target<KmsKey>> => {
    const found = await findById(KeyId, purpose, context)
    if (found.account !== context.scope.account) return { ...found, policy: undefined, granted: undefined }
    const isManaged = found.value?.manager === 'AWS' && use !== 'look'
    return isManaged ? { ...found, unusable: errors.managedKey(found.resource) } : found
  }
}

/** What is no ARN is an alias, or the id of a key. */
function parseReference(text: string, { scope }: KmsContext) {
  const own = text.startsWith('alias/') ? text : `key/${text}`
  const [, region = scope.region, account = scope.account, resource = own] = ARN.exec(text) ?? []
  return { region, account, resource }
}

/**
 * The key that a ciphertext blob names; undefined where it names none. A blob is easily made to name any key: one that is not there is refused
 * like one of another account that does not permit it (security facts 3.9).
 */
export async function findKeyOfCiphertext(
  keyId: string | undefined,
  purpose: Purpose,
  context: KmsContext,
): Promise<Target<KmsKey>> {
  const { account, region } = context.scope
  const found = keyId === undefined ? undefined : await lookUp({ region, keyId }, context)
  const arn = keyArn(region, account, keyId ?? '')
  const sought = { arn, account, missing: errors.invalidCiphertext, label: arn, ofCiphertext: true, purpose }
  const target = await keyTarget(found, sought, context)
  // A service's own blobs name keys that it could use: theirs are gone.
  if (found || keyId === undefined || !KEY_ID.test(keyId) || context.via !== undefined) return target
  const denied = errors.deniedOnUnknown(context.caller.arn, purpose.action, CIPHERTEXT)
  return { ...target, denied, missing: denied }
}

/** One look-up for a request. Throws KMSInternalException for a key whose row was forged: nobody is to be told more, and the operator all. */
export async function lookUp(
  reference: KeyReference,
  context: Pick<KmsContext, 'keys' | 'found' | 'report'>,
): Promise<KmsKey | undefined> {
  const name = JSON.stringify(reference)
  const key = context.found.get(name) ?? (await trusting(() => context.keys.find(reference), context))
  if (key) context.found.set(name, key)
  return key
}

/** Has the request find a key that is not stored: the key of a service, in a rehearsal. */
export function pretend(key: KmsKey, alias: string, { found }: Pick<KmsContext, 'found'>): void {
  const { account, region, keyId } = key
  for (const reference of [
    { account, region, alias },
    { region, keyId },
  ])
    found.set(JSON.stringify(reference), key)
}

/** What a look-up gives. Throws KMSInternalException for forged rows. */
export async function trusting<T>(look: () => Promise<T>, { report }: Pick<KmsContext, 'report'>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof ForgedRowError)) throw error
    report(error)
    throw errors.unreadableKey()
  }
}

/** How a key was asked for. */
export interface Sought {
  /** ARN and account on which permission is decided when there is no such key. */
  readonly arn: string
  readonly account: string
  /** An error takes its stack when it is made; most keys are there. */
  readonly missing: () => AwsError
  readonly label: string
  /** Alias by which the request names the key. */
  readonly alias?: string | undefined
  readonly ofCiphertext?: boolean
  readonly purpose: Purpose
}

/** A key as a target of an operation, or what is decided on where there is none. */
export async function keyTarget(key: KmsKey | undefined, sought: Sought, context: KmsContext): Promise<Target<KmsKey>> {
  const { arn, missing, label, alias, ofCiphertext = false, purpose } = sought
  const { use, action } = purpose
  const account = key?.account ?? sought.account
  const what = ofCiphertext ? CIPHERTEXT : 'this resource'
  const conditions = keyConditions(key, alias, context)
  return {
    resource: key?.arn ?? arn,
    label,
    account,
    tags: key?.tags ?? [],
    ...(key?.hasGrants ? await byGrants(key, purpose, context) : { policy: key && policyOf(key) }),
    conditions,
    value: key,
    hypothetical: { resource: arn, conditions: keyConditions(undefined, alias, context) },
    denied: account !== context.scope.account ? errors.deniedOnUnknown(context.caller.arn, action, what) : undefined,
    missing: key ? undefined : missing(),
    unusable: key && refusalOf(key, use, context.now),
  }
}

/** What decides about a key on which there are grants. */
async function byGrants(
  key: KmsKey,
  use: GrantUse,
  context: KmsContext,
): Promise<Pick<Target<KmsKey>, 'policy' | 'granted'>> {
  const { caller, keys } = context
  const grants = await trusting(() => keys.grantsTo(key, namesOf(caller)), context)
  return {
    policy: policyWith(key, caller.account, actionsOfAccount(grants, caller, use)),
    granted: grantedActions(grants, caller, use),
  }
}
