import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { Credentials } from '../../src/identity/access-key.ts'

/** The package's command, as users run it. */
export const COFFER = fileURLToPath(new URL('../../bin/coffer.js', import.meta.url))
export const REGION = 'eu-central-1'

/** Makes the launcher think that the system cannot replace one program by another, so that it starts a second process. */
export const TWO_PROCESSES = ['--import', 'data:text/javascript,delete process.execve']

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node.js itself. */
  readonly nodeFlags?: readonly string[]
  /** Home and temporary folder of the process; nothing of the machine's own is used. */
  readonly folder: string
  readonly input?: string
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A server that answers. Stopped at the end of the test, if the test did not. */
export interface Server {
  readonly url: string
  readonly child: ChildProcess
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string }
  /** Resolves once no process holds its output any more. */
  readonly ended: Promise<Ended>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** An empty folder that is gone after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-process-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The environment of a process: ours without anything of Coffer, AWS or Node.js. */
export function environmentOf({ folder, env = {} }: RunOptions): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(COFFER_|AWS_|NODE_|npm_)/.test(name))
  return { ...(Object.fromEntries(kept) as Record<string, string>), HOME: folder, TMPDIR: folder, ...env }
}

function start(args: readonly string[], options: RunOptions) {
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), COFFER, ...args], {
    cwd: options.folder,
    env: environmentOf(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr += text
  })
  // One that refuses does not read.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, ...said }))
  return { child, said, ended }
}

/** Runs a command to its end. */
export function runCoffer(args: readonly string[], options: RunOptions): Promise<Ended> {
  return start(args, options).ended
}

const READY = /^Coffer is listening on (\S+)\n/

/** Starts a server and waits for the line that says that it answers. */
export async function startServer(t: TestContext, args: readonly string[], options: RunOptions): Promise<Server> {
  const { child, said, ended } = start(args, options)
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  const ready = new Promise<void>((resolve) => child.stdout.on('data', () => READY.test(said.stdout) && resolve()))
  await Promise.race([ready, ended])
  const url = READY.exec(said.stdout)?.[1]
  assert.ok(url, `the server did not start: ${said.stderr}`)
  return {
    url,
    child,
    said,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** `coffer serve` on any free port, with its data in `<folder>/data`. */
export function serve(t: TestContext, options: RunOptions, args: readonly string[] = []): Promise<Server> {
  return startServer(t, ['serve', '--port', '0', '--data-dir', join(options.folder, 'data'), ...args], options)
}

export async function readCredentials(path: string): Promise<Credentials> {
  const text = await readFile(path, 'utf8')
  const value = (name: string) => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') }
}

/** A client of the official SDK, gone after the test. */
export function clientFor(t: TestContext, endpoint: string, credentials: Credentials): SecretsManager {
  const client = new SecretsManager({ region: REGION, endpoint, credentials, maxAttempts: 1 })
  t.after(() => client.destroy())
  return client
}

/** Fails unless a command refused with one clear line and nothing else. */
export function assertRefused({ code, signal, stdout, stderr }: Ended, message: RegExp): void {
  assert.deepEqual({ code, signal, stdout }, { code: 1, signal: null, stdout: '' }, stderr)
  assert.match(stderr, /^coffer: [^\n]+\n$/)
  assert.match(stderr, message)
}
