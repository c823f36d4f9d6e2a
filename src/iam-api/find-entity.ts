import type { AwsError } from '../aws/error.ts'
import type { Target } from '../aws/operation.ts'
import { arnOf, type Entities, type Kind, parseIamArn } from '../identity/entities.ts'
import type { AccessKey, IdentityStore } from '../identity/identity-store.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'

type Named = 'user' | 'group' | 'role' | 'instance-profile'
type Needs = Pick<IamContext, 'account' | 'store'>

/** The user, group, role or instance profile with a name, as a target: also when there is none. */
export async function findNamed<K extends Named>(kind: K, name: string, context: Needs): Promise<Target<Entities[K]>> {
  const found = await context.store.find(kind, context.account, name)
  return {
    resource: arnOf(found ?? { kind, account: context.account, path: '/', name }),
    // Not the ARN: its path would tell who was denied that there is something.
    label: `${kind.replace('-', ' ')} ${name}`,
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

/** What an ARN means if it is of a kind and of the caller's account, as a target. */
export async function findOwn<K extends 'policy' | 'oidc-provider'>(
  kind: K,
  arn: string,
  { account, store }: Needs,
  missing: AwsError,
): Promise<Target<Entities[K]>> {
  const parts = parseIamArn(arn)
  const named = parts?.kind === kind ? parts : undefined
  const found = named?.account === account ? await store.find(kind, account, named.name) : undefined
  const value = found && arnOf(found) === arn ? found : undefined
  return {
    resource: arn,
    label: arn,
    account: named?.account ?? account,
    tags: value?.tags ?? [],
    value,
    missing: value ? undefined : missing,
  }
}

/** The OpenID Connect provider of the caller's account that an ARN means, as a target. */
export function findProvider(arn: string, context: Needs): Promise<Target<Entities['oidc-provider']>> {
  return findOwn('oidc-provider', arn, context, errors.noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`))
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
