import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IAM } from '@aws-sdk/client-iam'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'

export const LAUNCHER = fileURLToPath(new URL('../../bin/coffer.js', import.meta.url))
export const REGION = 'eu-central-1'

/** A process that has not done by then what it is to do hangs, and is ended. */
const PATIENCE_MS = 30_000
/** The same of a server, which serves all tests of a file. */
const SERVER_PATIENCE_MS = 300_000

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Node.js that runs the launcher; this one when absent. */
  readonly node?: string
  readonly nodeArgs?: readonly string[]
  readonly input?: string
  readonly cwd?: string
}

/** With this the launcher finds that the system cannot replace one program by another, as an old Node.js, and starts a second process. */
export const twoProcesses: RunOptions = { nodeArgs: ['--import', 'data:text/javascript,delete process.execve'] }

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Server extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** What it has printed so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** What it has printed on standard error once that fits the pattern. */
  said(pattern: RegExp): Promise<string>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** A folder that is gone after the test. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'coffer-process-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Runs a command of Coffer to its end. */
export async function runCoffer(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const launched = launch(args, options)
  launched.process.stdin?.end(options.input ?? '')
  return await launched.ended
}

/** Starts `serve` or `dev` and waits for the line that says it is ready. */
export async function startCoffer(args: readonly string[], options: RunOptions = {}): Promise<Server> {
  const { process: child, ended, output, until } = launch(args, options, SERVER_PATIENCE_MS)
  child.stdin?.end()
  const [, url = ''] = await until('stdout', /^Coffer is listening on (\S+)\n/m)
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  return {
    url,
    port: Number(new URL(url).port),
    process: child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    said: async (pattern) => (await until('stderr', pattern)).input,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

/** `coffer serve` with all its files in a folder. */
export const serve = (folder: string, more: readonly string[] = [], options: RunOptions = {}) =>
  startCoffer(serveArgs(folder, more), options)

export function serveArgs(folder: string, more: readonly string[] = []): string[] {
  return ['serve', '--port', '0', '--data-dir', join(folder, 'data'), ...more]
}

function launch(
  args: readonly string[],
  { env, node = process.execPath, nodeArgs = [], cwd }: RunOptions,
  patience = PATIENCE_MS,
) {
  const child = spawn(node, [...nodeArgs, LAUNCHER, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
    cwd,
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  // Who does not read its input is no failure.
  child.stdin.on('error', () => {})
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  const ended: Promise<Ended> = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
  /** The match of a pattern in what is printed, once it is there. */
  const until = (name: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output[name])
        if (match) resolve(match)
      }
      look()
      child[name].on('data', look)
      void ended.then(({ code, signal }) =>
        reject(new Error(`coffer ${args.join(' ')} ended with ${code ?? signal}: ${output.stderr}`)),
      )
    })
  return { process: child, ended, output, until }
}

/** Where Node.js keeps what it compiled: a start then takes half the time, and there are many. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/coffer-process', import.meta.url))

/** Settings of who runs this are for their own Coffer and their own debugger. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = ([name]: [string, unknown]) => /^(COFFER|AWS)_|^NODE_(OPTIONS|TEST_CONTEXT)$/.test(name)
  const kept = Object.fromEntries(Object.entries(process.env).filter((variable) => !ours(variable)))
  return { ...kept, NODE_COMPILE_CACHE: COMPILED }
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The access key in a file as AWS's tools read it. */
export function readCredentials(path: string): Credentials {
  const text = readFileSync(path, 'utf8')
  const value = (name: string) => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') }
}

/** A client of AWS's SDK over HTTP; with the keys of a folder's credentials file, or with given ones. */
export function clientOf({ url }: { readonly url: string }, keys: string | Credentials): SecretsManager {
  const credentials = typeof keys === 'string' ? readCredentials(join(keys, 'data.credentials')) : keys
  return new SecretsManager({ endpoint: url, region: REGION, credentials, maxAttempts: 1 })
}

/** A client of IAM over HTTP. */
export function iamOf({ url }: { readonly url: string }, credentials: Credentials): IAM {
  return new IAM({ endpoint: url, region: REGION, credentials, maxAttempts: 1 })
}

/** Whether a program is on this machine. */
export const hasProgram = (name: string, ...args: string[]) => spawnSync(name, args).status === 0
