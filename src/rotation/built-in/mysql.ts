import { randomUUID } from 'node:crypto'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
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
import { accountName, create, grantTo, PLAIN_MODE, setOther, setOwn, splitAccount } from './mysql-statements.ts'

/** Codes of a wrong user or password. */
const LOGIN_REFUSED = ['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR']
/** What the driver says of a server that has no TLS. */
const WITHOUT_TLS = 'HANDSHAKE_NO_SSL_SUPPORT'
/** From where an account may log in unless something else is known of it. */
const ANYWHERE = '%'

export const mysql: DatabaseEngine = {
  names: ['mysql', 'aurora-mysql'],
  defaultPort: 3306,
  maxUserLength: 32,
  logIn,
}

export const mariadb: DatabaseEngine = { names: ['mariadb'], defaultPort: 3306, maxUserLength: 80, logIn }

async function logIn(login: Login, signal: AbortSignal): Promise<DatabaseSession | undefined> {
  try {
    const connection = await connect(login, signal)
    const session = new MysqlSession(connection, signal)
    await session.begin()
    return session
  } catch (error) {
    if (LOGIN_REFUSED.includes(codeOf(error))) return undefined
    throw databaseFailure(error)
  }
}

const codeOf = (error: unknown) => String((error as { code?: unknown }).code)

async function connect(login: Login, signal: AbortSignal): Promise<Connection> {
  if (login.encryption === 'none') return open(login, false, signal)
  try {
    return await open(login, true, signal)
  } catch (error) {
    if (login.encryption !== 'preferred' || codeOf(error) !== WITHOUT_TLS) throw error
    return open(login, false, signal)
  }
}

async function open(login: Login, tls: boolean, signal: AbortSignal): Promise<Connection> {
  const { host, port, user, password, database } = login
  const connecting = createConnection({
    host,
    port,
    user,
    password,
    ...(database !== undefined && { database }),
    // The server's certificate must be for its name, from an authority that Node.js trusts.
    ...(tls && { ssl: { rejectUnauthorized: true, verifyIdentity: true } }),
    connectTimeout: CONNECT_MS,
  })
  try {
    const connection = await unlessAborted(connecting, signal)
    // A connection that is lost between two statements is noticed by the next one.
    connection.on('error', () => {})
    return connection
  } catch (error) {
    connecting.then(
      (late) => late.destroy(),
      () => {},
    )
    throw error
  }
}

class MysqlSession implements DatabaseSession {
  readonly #connection: Connection
  readonly #signal: AbortSignal

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection
    this.#signal = signal
  }

  async begin(): Promise<void> {
    try {
      await this.#query(PLAIN_MODE)
    } catch (error) {
      this.#connection.destroy()
      throw error
    }
  }

  async check(): Promise<void> {
    await this.#query('SELECT NOW()')
  }

  async setOwnPassword(password: string): Promise<void> {
    const [row] = await this.#query('SELECT VERSION()')
    await this.#query(setOwn(password, /mariadb/i.test(columnOf(row))))
  }

  async account(): Promise<DatabaseAccount> {
    const [row] = await this.#query('SELECT CURRENT_USER()')
    const grants = await this.#query('SHOW GRANTS')
    return { ...splitAccount(columnOf(row)), grants: grants.map(columnOf) }
  }

  /** Its rights follow those of the original, which may have got more since. The password comes last: with it all is done. */
  async setAlternate(user: string, password: string, { from = ANYWHERE, grants }: DatabaseAccount): Promise<void> {
    const account = accountName(user, from)
    const [exists] = await this.#query('SELECT 1 FROM mysql.user WHERE User = ? AND Host = ?', [user, from])
    // With a password that nobody knows, so that who finds this one at work finds the rights, too.
    if (!exists) await this.#query(create(account, randomUUID() + password))
    for (const grant of grants) {
      const statement = grantTo(grant, account)
      if (statement !== undefined) await this.#query(statement)
    }
    await this.#query(setOther(account, password))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy()
  }

  async #query(sql: string, values: readonly string[] = []): Promise<RowDataPacket[]> {
    try {
      const asked = this.#connection.query<RowDataPacket[]>({ sql, values: [...values], timeout: STATEMENT_MS })
      const [rows] = await unlessAborted(asked, this.#signal)
      return rows
    } catch (error) {
      throw databaseFailure(error)
    }
  }
}

/** The one column of a row. */
const columnOf = (row: RowDataPacket | undefined) => String(Object.values(row ?? {})[0])
