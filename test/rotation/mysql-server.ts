import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { freePort, HOST, identity, serverFolder, startServer } from './server-process.ts'

/** A MySQL or MariaDB that tests may do anything to. */
export interface MysqlServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly administrator: Account
  /** What the member `engine` of its secrets is. */
  readonly engine: 'mysql' | 'mariadb'
  /** Runs statements as the administrator. */
  run(...statements: readonly string[]): Promise<unknown[]>
  /** Who a user is that logs in; rejects when it may not. */
  logIn(user: string, password: string): Promise<string>
}

interface Account {
  readonly user: string
  readonly password: string
}

/** Of a server that somebody else runs, with an administrator's name and password in it. */
const { COFFER_TEST_MYSQL_URL: GIVEN } = process.env
const [SERVER, INSTALLER] = ['mariadbd', 'mariadb-install-db'].map(onPath)

/** Why there is no server for tests; undefined where there is one. */
export const withoutMysql =
  GIVEN === undefined && !(SERVER && INSTALLER)
    ? 'there is no mariadbd on the path, and COFFER_TEST_MYSQL_URL names no server'
    : undefined

/** Starts the MariaDB of this machine on a free port, or takes the server that COFFER_TEST_MYSQL_URL names. */
export async function startMysql(): Promise<MysqlServer> {
  if (GIVEN !== undefined) return given(new URL(GIVEN))
  const folder = serverFolder()
  const data = join(folder.path, 'data')
  const administrator = { user: 'administrator', password: 'password of the administrator' }
  const first = folder.write(
    'first.sql',
    `CREATE USER 'administrator'@'%' IDENTIFIED BY '${administrator.password}';
GRANT ALL ON *.* TO 'administrator'@'%' WITH GRANT OPTION;
`,
  )
  const place = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${folder.path}`]
  const options = { ...identity, cwd: folder.path }
  await promisify(execFile)(INSTALLER ?? '', [...place, '--skip-test-db'], options)
  const port = await freePort()
  const listening = [`--bind-address=${HOST}`, `--port=${port}`, `--socket=${join(folder.path, 'socket')}`]
  const args = [...place, ...listening, `--init-file=${first}`, `--pid-file=${join(folder.path, 'pid')}`]
  const server = await startServer(SERVER ?? '', args, folder.path, /ready for connections/)
  const stop = async () => {
    await server.stop('SIGTERM')
    folder.remove()
  }
  return { ...clientsOf(HOST, port, administrator), engine: 'mariadb', [Symbol.asyncDispose]: stop }
}

async function given(url: URL): Promise<MysqlServer> {
  const administrator = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
  const clients = clientsOf(url.hostname, Number(url.port || 3306), administrator)
  const isMariaDb = /mariadb/i.test(JSON.stringify(await clients.run('SELECT VERSION()')))
  return { ...clients, engine: isMariaDb ? 'mariadb' : 'mysql', [Symbol.asyncDispose]: async () => {} }
}

function clientsOf(host: string, port: number, administrator: Account) {
  const as = async (account: Account, statements: readonly string[]): Promise<unknown[]> => {
    const connection = await createConnection({ host, port, ...account })
    try {
      let rows: unknown[] = []
      for (const statement of statements) rows = [(await connection.query(statement))[0]].flat()
      return rows
    } finally {
      await connection.end()
    }
  }
  return {
    host,
    port,
    administrator,
    run: (...statements: readonly string[]) => as(administrator, statements),
    logIn: async (user: string, password: string) => {
      const [row] = await as({ user, password }, ['SELECT CURRENT_USER() AS name'])
      return String((row as { name: unknown }).name)
    },
  }
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
