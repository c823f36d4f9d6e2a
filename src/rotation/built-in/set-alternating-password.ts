import { FunctionError } from '../rotation-functions.ts'
import { alternateUser } from './alternate-user.ts'
import type { DatabaseAccount } from './database-engine.ts'
import { type DatabaseSecret, parseDatabaseSecret } from './database-secret.ts'
import type { DatabaseRotation } from './rotate-database.ts'

/** Sets the password of the other one of two users, by the user of the master secret. The current user stays as it is. */
export async function setAlternatingPassword(rotation: DatabaseRotation): Promise<void> {
  const { engine, readMaster } = rotation.parts
  const [current, pending] = [await rotation.current(), await rotation.pending()]
  if (pending.user !== alternateUser(current.user, engine.maxUserLength))
    throw new FunctionError('The user of the new version is not the other one of the current version')
  if (pending.host !== current.host) throw new FunctionError('The versions of the secret differ in their host')
  // Set already, by an attempt that broke off.
  await using done = await rotation.logIn(pending)
  if (done) return
  if (current.masterArn === undefined) throw new FunctionError('The secret has no member masterarn')
  const master = parseDatabaseSecret(await readMaster(current.masterArn), engine)
  // It is sent to no server but that of the secret.
  if (master.host !== current.host) throw new FunctionError('The host of the master secret is not that of the secret')
  if (master.user === pending.user) throw new FunctionError('The user of the master secret cannot alternate')
  const original = await accountOf(rotation, current)
  await using session = await rotation.logIn(master)
  if (!session) throw new FunctionError('The password of the master secret does not log in')
  await session.setAlternate(pending.user, pending.password, original)
}

/**
 * The current user, who must log in: who can write the secret, and knows no password, could otherwise name any user of the database and have its
 * password set.
 */
async function accountOf(rotation: DatabaseRotation, current: DatabaseSecret): Promise<DatabaseAccount> {
  await using session = await rotation.logIn(current)
  if (!session) throw new FunctionError('The current password does not log in: without it users cannot alternate')
  // Waited for: with this block ends the session.
  return await session.account()
}
