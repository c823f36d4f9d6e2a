import { createHash } from 'node:crypto'
import { scramVerifier } from '../../seal/scram.ts'
import { FunctionError } from '../rotation-functions.ts'

/** What SASLprep leaves as it is. */
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/

/**
 * A password as the server keeps it: so it stands in no statement, and in no log of the server.
 *
 * @param encryption the server's `password_encryption`
 */
export async function storedPassword(password: string, user: string, encryption: string): Promise<string> {
  if (!PRINTABLE_ASCII.test(password))
    throw new FunctionError('The new password cannot be set: it must consist of printable ASCII characters')
  if (encryption === 'scram-sha-256') return scramVerifier(password)
  // What servers before version 10 have, and those that are told to.
  return `md5${createHash('md5')
    .update(password + user)
    .digest('hex')}`
}

/** A name as it stands in a statement. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
/** A stored password as it stands in a statement: it has no character that would have to be escaped. */
const literal = (stored: string) => `'${stored}'`

/** The one who has logged in, also where roles are set to act as another one. */
export const setOwn = (stored: string) => `ALTER ROLE SESSION_USER PASSWORD ${literal(stored)}`
export const setOther = (user: string, stored: string) => `ALTER ROLE ${quoted(user)} PASSWORD ${literal(stored)}`

/** A role that logs in and may do what the original may, as its member: what AWS's template makes. */
export const createMember = (user: string, stored: string, original: string) => [
  `CREATE ROLE ${quoted(user)} LOGIN PASSWORD ${literal(stored)}`,
  `GRANT ${quoted(original)} TO ${quoted(user)}`,
]
