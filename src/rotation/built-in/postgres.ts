import { Client, DatabaseError } from 'pg'
import { FunctionError } from '../rotation-functions.ts'
import { unlessAborted } from '../unless-aborted.ts'
import {
  CONNECT_MS,
  type DatabaseAccount,
  type DatabaseEngine,
  type DatabaseSession,
  databaseFailure,
  type Login,
  STATEMENT_MS,
} from './database-engine.ts'
import { createMember, setOther, setOwn, storedPassword } from './postgres-statements.ts'

/** SQLSTATEs: invalid_authorization_specification, invalid_password. */
const LOGIN_REFUSED = ['28000', '28P01']
/** What the driver says, without a code, of a server that has no TLS. */
const WITHOUT_TLS = 'The server does not support SSL connections'

export const postgres: DatabaseEngine = {
  names: ['postgres', 'aurora-postgresql'],
  defaultPort: 5432,
  maxUserLength: 63,

  async logIn(login, signal) {
    try {
      return new PostgresSession(await connect(login, signal), login, signal)
    } catch (error) {
      if (error instanceof DatabaseError && LOGIN_REFUSED.includes(error.code ?? '')) return undefined
      throw databaseFailure(error)
    }
  },
}

async function connect(login: Login, signal: AbortSignal): Promise<Client> {
  if (login.encryption === 'none') return open(login, false, signal)
  try {
    return await open(login, true, signal)
  } catch (error) {
    const mayDoWithout = login.encryption === 'preferred' && (error as Error).message === WITHOUT_TLS
    if (!mayDoWithout) throw error
    return open(login, false, signal)
  }
}

async function open(login: Login, tls: boolean, signal: AbortSignal): Promise<Client> {
  const { host, port, user, password, database = 'postgres' } = login
  const client = new Client({
    host,
    port,
    user,
    password,
    database,
    // The server's certificate must be for its name, from an authority that Node.js trusts.
    ssl: tls && { rejectUnauthorized: true },
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    application_name: 'coffer',
  })
  // A connection that is lost between two statements is noticed by the next one.
  client.on('error', () => {})
  try {
    await unlessAborted(client.connect(), signal)
    return client
  } catch (error) {
    close(client)
    throw error
  }
}

/** What is under way on it fails; nobody waits for the server to say goodbye. */
function close(client: Client): void {
  client.end().catch(() => {})
}

class PostgresSession implements DatabaseSession {
  readonly #client: Client
  readonly #user: string
  readonly #signal: AbortSignal

  constructor(client: Client, { user }: Login, signal: AbortSignal) {
    this.#client = client
    this.#user = user
    this.#signal = signal
  }

  async check(): Promise<void> {
    await this.#query('SELECT now()')
  }

  async setOwnPassword(password: string): Promise<void> {
    await this.#query(setOwn(await this.#stored(password, this.#user)))
  }

  async account(): Promise<DatabaseAccount> {
    return { user: this.#user, grants: [] }
  }

  /** All or nothing: a role that is not a member yet is not there at all. */
  async setAlternate(user: string, password: string, original: DatabaseAccount): Promise<void> {
    const stored = await this.#stored(password, user)
    await this.#query('BEGIN')
    const [role] = await this.#query('SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = $1', [user])
    if (role?.rolsuper === true) throw new FunctionError('A superuser cannot alternate')
    const statements = role ? [setOther(user, stored)] : createMember(user, stored, original.user)
    for (const statement of statements) await this.#query(statement)
    await this.#query('COMMIT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    close(this.#client)
  }

  async #stored(password: string, user: string): Promise<string> {
    const [row] = await this.#query('SHOW password_encryption')
    return storedPassword(password, user, String(row?.password_encryption))
  }

  async #query(text: string, values: readonly string[] = []): Promise<Record<string, unknown>[]> {
    try {
      const { rows } = await unlessAborted(this.#client.query(text, [...values]), this.#signal)
      return rows
    } catch (error) {
      throw databaseFailure(error)
    }
  }
}
