import { FunctionError } from '../rotation-functions.ts'

/** What the name of the second of two alternating users ends with: AWS's. */
const CLONE = '_clone'

/** The other one of two alternating users. Throws FunctionError where its name would be longer than the server takes. */
export function alternateUser(user: string, maxLength: number): string {
  if (user.endsWith(CLONE) && user !== CLONE) return user.slice(0, -CLONE.length)
  const clone = user + CLONE
  if (Buffer.byteLength(clone) > maxLength)
    throw new FunctionError(`The user cannot alternate: with ${CLONE} its name is longer than ${maxLength} bytes`)
  return clone
}
