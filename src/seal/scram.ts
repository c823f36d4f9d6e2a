import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

/** What PostgreSQL uses itself: `scram_iterations`. */
const ITERATIONS = 4096
const SALT_BYTES = 16
const HASH_BYTES = 32

/**
 * What a PostgreSQL server keeps of a password (RFC 5803): from it the password does not follow, so that it may stand in a statement, and in the
 * server's log of statements.
 *
 * @param password printable ASCII, which SASLprep leaves as it is
 */
export async function scramVerifier(password: string, salt: Uint8Array = randomBytes(SALT_BYTES)): Promise<string> {
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, HASH_BYTES, 'sha256')
  const keyFor = (name: string) => createHmac('sha256', salted).update(name).digest()
  const storedKey = createHash('sha256').update(keyFor('Client Key')).digest('base64')
  const serverKey = keyFor('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`
}
