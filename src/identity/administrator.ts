import type { Change } from '../aws/change.ts'
import type { Sealer } from '../seal/keyring.ts'
import { type Credentials, uniqueId } from './access-key.ts'
import { accessKeyPlace } from './authenticate.ts'
import type { AccessKey, IdentityStore, User } from './identity-store.ts'
import { ADMINISTRATOR_ACCESS } from './principal.ts'

/** Name of the first user of an account. */
export const ADMINISTRATOR = 'administrator'

/** The changes that make an account with its administrator, who has the given access key. */
export function createAdministrator(
  { account, credentials, at }: { account: string; credentials: Credentials; at: number },
  store: IdentityStore,
  sealer: Sealer,
): { readonly user: User; readonly changes: readonly Change[] } {
  const user: User = {
    account,
    userName: ADMINISTRATOR,
    userId: uniqueId('AIDA'),
    arn: `arn:aws:iam::${account}:user/${ADMINISTRATOR}`,
    managedPolicies: [ADMINISTRATOR_ACCESS],
    createdAt: at,
  }
  const key = sealAccessKey(credentials, user, at, sealer)
  return {
    user,
    changes: [store.createAccount(account, at), store.createUser(user), store.createAccessKey(key)],
  }
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
    store.createAccessKey(sealAccessKey(credentials, user, at, sealer)),
  ]
}

function sealAccessKey(
  { accessKeyId, secretAccessKey }: Credentials,
  user: User,
  at: number,
  sealer: Sealer,
): AccessKey {
  const key = { accessKeyId, account: user.account, userName: user.userName, active: true, createdAt: at }
  return { ...key, sealedSecret: sealer.seal(Buffer.from(secretAccessKey), accessKeyPlace(key)) }
}
