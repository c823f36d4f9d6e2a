import type { Target } from '../aws/operation.ts'
import { arnOf, type Entities, type Kind } from '../identity/entities.ts'
import type { AccessKey, IdentityStore } from '../identity/identity-store.ts'
import { awsManagedPolicy } from '../identity/managed-policies.ts'
import { findManaged } from '../identity/permissions.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'

type Named = 'user' | 'group' | 'role'
type Needs = Pick<IamContext, 'account' | 'store'>

/** The user, group or role that a name means, as a target: also when there is none. */
export async function findNamed<K extends Named>(kind: K, name: string, context: Needs): Promise<Target<Entities[K]>> {
  const found = await context.store.find(kind, context.account, name)
  return {
    resource: arnOf(found ?? { kind, account: context.account, path: '/', name }),
    // Not the ARN: its path would tell who was denied that there is something.
    label: `${kind} ${name}`,
    account: context.account,
    tags: found && 'tags' in found ? found.tags : [],
    value: found,
    missing: found ? undefined : errors.notFound(kind, name),
  }
}

/** The user that a name means; without a name the user who calls, also with temporary credentials (security facts 5.7). */
export async function findUserOrCaller(
  name: string | undefined,
  context: Needs & Pick<IamContext, 'caller'>,
): Promise<Target<Entities['user']>> {
  const { type, userName } = context.caller
  const meant = name ?? (type === 'IAMUser' ? userName : undefined)
  if (meant !== undefined) return findNamed('user', meant, context)
  return { ...toBe('user', {}, context.account), value: undefined, missing: errors.userNameMissing() }
}

/** A key of a user. Throws NoSuchEntity for any other. */
export async function findAccessKey(id: string, user: Entities['user'], store: IdentityStore): Promise<AccessKey> {
  const keys = await store.accessKeysOf(user)
  const key = keys.find(({ accessKeyId }) => accessKeyId === id)
  if (!key) throw errors.accessKeyNotFound(id)
  return key
}

/** Throws NoSuchEntity unless an ARN is that of a managed policy that can be a permissions boundary here: the account's, or AWS's. */
export async function checkBoundary(arn: string | undefined, { account, store }: Needs): Promise<void> {
  if (arn === undefined || awsManagedPolicy(arn) || (await findManaged(arn, account, store))) return
  throw errors.boundaryNotAttachable(arn)
}

const POLICY_ARN = /^arn:aws:iam::(\d{12}):policy\/(?:.*\/)?([^/]+)$/

/** The managed policy of the caller's account that an ARN means, as a target. */
export async function findPolicy(arn: string, { account, store }: Needs): Promise<Target<Entities['policy']>> {
  const [, owner, name] = POLICY_ARN.exec(arn) ?? []
  const found = owner === account && name !== undefined ? await store.find('policy', account, name) : undefined
  const named = found && arnOf(found) === arn ? found : undefined
  return {
    resource: arn,
    label: arn,
    account: owner ?? account,
    tags: named?.tags ?? [],
    value: named,
    missing: named ? undefined : errors.policyNotFound(arn),
  }
}

const PROVIDER_ARN = /^arn:aws:iam::(\d{12}):oidc-provider\/(.+)$/

/** The OpenID Connect provider of the caller's account that an ARN means, as a target. */
export async function findProvider(arn: string, context: Needs): Promise<Target<Entities['oidc-provider']>> {
  const [, owner, name] = PROVIDER_ARN.exec(arn) ?? []
  const { account, store } = context
  const found = owner === account && name !== undefined ? await store.find('oidc-provider', account, name) : undefined
  const named = found && arnOf(found) === arn ? found : undefined
  return {
    resource: arn,
    label: arn,
    account: owner ?? account,
    tags: named?.tags ?? [],
    value: named,
    missing: named ? undefined : errors.noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`),
  }
}

/** Target of a request that makes something, or lists what is under a path: nothing is there yet. */
export function toBe(
  kind: Kind,
  { path = '/', name = '' }: { path?: string | undefined; name?: string | undefined },
  account: string,
): Target<undefined> {
  const resource = arnOf({ kind, account, path, name })
  return { resource, label: resource, account, tags: [], value: undefined }
}
