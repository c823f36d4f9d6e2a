import { FunctionError } from '../rotation-functions.ts'
import type { DatabaseSecret } from './database-secret.ts'
import type { DatabaseRotation } from './rotate-database.ts'

/** Sets the new password of a user, who logs in with the one it has: the current one, or the previous one after a value was written by hand. */
export async function setSinglePassword(rotation: DatabaseRotation): Promise<void> {
  const [current, pending] = [await rotation.current(), await rotation.pending()]
  const previous = await rotation.find({ VersionStage: 'AWSPREVIOUS' })
  checkSameLogin(current, pending)
  // Set already, by an attempt that broke off.
  await using done = await rotation.logIn(pending)
  if (done) return
  for (const login of previous ? [current, previous] : [current]) {
    checkSameLogin(login, pending)
    await using session = await rotation.logIn(login)
    if (session) {
      // Waited for: with this block ends the session.
      await session.setOwnPassword(pending.password)
      return
    }
  }
  throw new FunctionError('None of the passwords of the secret logs in: pending, current, previous')
}

function checkSameLogin(one: DatabaseSecret, pending: DatabaseSecret): void {
  if (one.user !== pending.user) throw new FunctionError('The versions of the secret differ in their user')
  if (one.host !== pending.host) throw new FunctionError('The versions of the secret differ in their host')
}
