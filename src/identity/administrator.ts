import type { Change } from '../aws/change.ts'
import type { Sealer } from '../seal/keyring.ts'
import { type Credentials, uniqueId } from './access-key.ts'
import { accessKeyPlace } from './authenticate.ts'
import type { User } from './entities.ts'
import type { AccessKey, IdentityStore } from './identity-store.ts'
import { ADMINISTRATOR_ACCESS } from './principal.ts'

/** Name of the first user of an account. */
export const ADMINISTRATOR = 'administrator'

/** A user without any permission. */
export function newUser({ account, name, at }: { account: string; name: string; at: number }): User {
  return {
    kind: 'user',
    account,
    id: uniqueId('AIDA'),
    name,
    path: '/',
    createdAt: at,
    revision: 1,
    tags: [],
    inline: [],
    attached: [],
    groups: [],
  }
}

/** The changes that make an account with its administrator, who has the given access key. */
export function createAdministrator(
  { account, credentials, at }: { account: string; credentials: Credentials; at: number },
  store: IdentityStore,
  sealer: Sealer,
): { readonly user: User; readonly changes: readonly Change[] } {
  const user: User = {
    ...newUser({ account, name: ADMINISTRATOR, at }),
    attached: [ADMINISTRATOR_ACCESS],
  }
  const key = sealAccessKey(credentials, user, at, sealer)
  return {
    user,
    changes: [store.createAccount(account, at), store.create(user), store.createAccessKey(key, user)],
  }
}

/**
 * The administrator as it was made, for whoever has lost it: made anew where it is gone, its permission given back where it was taken away. What
 * other policies of it deny stays denied.
 */
export async function restoreAdministrator(
  { account, at }: { account: string; at: number },
  store: IdentityStore,
): Promise<{ readonly user: User; readonly changes: readonly Change[]; readonly restored: readonly string[] }> {
  const found = await store.find('user', account, ADMINISTRATOR)
  if (!found) {
    const user = { ...newUser({ account, name: ADMINISTRATOR, at }), attached: [ADMINISTRATOR_ACCESS] }
    return { user, changes: [store.create(user)], restored: ['the user was made anew'] }
  }
  const { boundary, attached } = found
  const restored = [
    ...(attached.includes(ADMINISTRATOR_ACCESS) ? [] : ['AdministratorAccess was attached again']),
    ...(boundary === undefined ? [] : [`the permissions boundary ${boundary} was taken away`]),
  ]
  if (restored.length === 0) return { user: found, changes: [], restored }
  const user = { ...found, attached: [...new Set([...attached, ADMINISTRATOR_ACCESS])], boundary: undefined }
  return { user, changes: [store.update(user)], restored }
}

/** The changes that give a user one access key and take away those they had. */
export async function replaceAccessKeys(
  user: User,
  credentials: Credentials,
  at: number,
  store: IdentityStore,
  sealer: Sealer,
): Promise<readonly Change[]> {
  const old = await store.accessKeysOf(user)
  return [
    ...old.map((key) => store.deleteAccessKey(key)),
    store.createAccessKey(sealAccessKey(credentials, user, at, sealer), user),
  ]
}

/** An active access key with its secret sealed, bound to its owner. */
export function sealAccessKey(
  { accessKeyId, secretAccessKey }: Credentials,
  user: User,
  at: number,
  sealer: Sealer,
): AccessKey {
  const key = { accessKeyId, account: user.account, userName: user.name, active: true, createdAt: at }
  return { ...key, sealedSecret: sealer.seal(Buffer.from(secretAccessKey), accessKeyPlace(key)) }
}
