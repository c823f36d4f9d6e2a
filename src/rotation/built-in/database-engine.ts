import { FunctionError } from '../rotation-functions.ts'

/** How a connection is encrypted: `preferred` does without TLS only where the server says that it has none. */
export type Encryption = 'required' | 'preferred' | 'none'

/** Who logs in, and where. */
export interface Login {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The engine's own default when absent. */
  readonly database: string | undefined
  readonly encryption: Encryption
}

/** An account of a database server, as another one is made after it. */
export interface DatabaseAccount {
  readonly user: string
  /** From where it may log in, on servers that tell accounts apart by that. */
  readonly from?: string | undefined
  /** Statements that say what it may do, on servers that have no membership instead. */
  readonly grants: readonly string[]
}

/** Somebody who has logged in. Every method rejects with FunctionError when the database does not do it. */
export interface DatabaseSession extends AsyncDisposable {
  /** Asks something that everybody may ask. */
  check(): Promise<void>
  setOwnPassword(password: string): Promise<void>
  account(): Promise<DatabaseAccount>
  /** Gives another user this password; makes one that may do what `original` may where there is none. */
  setAlternate(user: string, password: string, original: DatabaseAccount): Promise<void>
}

/** A kind of database server. */
export interface DatabaseEngine {
  /** What the member `engine` of a secret may be. */
  readonly names: readonly string[]
  readonly defaultPort: number
  readonly maxUserLength: number
  /** Undefined where the password, or the user, is not the right one. Rejects with FunctionError where nobody could log in. */
  logIn(login: Login, signal: AbortSignal): Promise<DatabaseSession | undefined>
}

/** Longest wait for a connection: that of AWS's templates. */
export const CONNECT_MS = 5_000
/** Longest wait for one statement. */
export const STATEMENT_MS = 30_000

/** Codes of drivers, of Node.js and of TLS, and SQLSTATEs: nothing that could be a sentence. */
const CODE = /^[A-Z0-9_]{3,64}$/

/** What an operator is told of a failure: its code alone, since messages may repeat what a statement holds. */
export function databaseFailure(error: unknown): FunctionError {
  if (error instanceof FunctionError) return error
  const { code } = error as { code?: unknown }
  const known = typeof code === 'string' && CODE.test(code)
  return new FunctionError(`The database cannot be used${known ? `: ${code}` : ''}`)
}
