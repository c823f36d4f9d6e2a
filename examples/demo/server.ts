import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/coffer.js', import.meta.url))

/** A server that is not there by then is not coming. */
const START_MS = 30_000
/** A server that was told to stop and has not stopped by then is ended. */
const STOP_MS = 10_000

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A real `coffer serve` on a free port. */
export interface TemporaryServer {
  readonly dataDir: string
  readonly url: string
  readonly credentials: Credentials
}

/** Starts a server with all its files in a temporary folder, and further options; `cleanUp` ends it and removes them, also before it is ready. */
export async function startTemporaryServer(
  cleanUp: AsyncDisposableStack,
  options: readonly string[] = [],
): Promise<TemporaryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-serve-'))
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  const child = spawn(process.execPath, [LAUNCHER, 'serve', '--data-dir', dataDir, '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(),
  })
  cleanUp.defer(() => stopProcess(child))
  const url = await readiness(child)
  return { dataDir, url, credentials: readCredentials(`${dataDir}.credentials`) }
}

/** Runs another command of Coffer and returns what it prints. */
export async function runCoffer(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(),
  })
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`coffer ${args[0]} ended with ${code}: ${complaint.trim().split('\n').at(-1)}`)
  return output
}

/** Settings of the person who runs this are for their own Coffer. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COFFER_')))
}

/** The address in the one line that says the server is ready. */
async function readiness(child: ChildProcess): Promise<string> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000)
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`coffer serve ended with ${code}: ${complaint.trim().split('\n').at(-1)}`)
  })
  const timeout = AbortSignal.timeout(START_MS)
  const late = new Promise<never>((_, reject) => {
    timeout.onabort = () => reject(new Error(`coffer serve was not ready after ${START_MS / 1000} s`))
  })
  return Promise.race([readyLine(child), ended, late])
}

function readyLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    // Nothing else is read, but the pipe stays open so that the server can go on writing.
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = /^Coffer is listening on (\S+)$/.exec(line)?.[1]
      if (url) resolve(url)
    })
  })
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}

function readCredentials(path: string): Credentials {
  if (!existsSync(path)) throw new Error(`coffer serve wrote no credentials file: ${path}`)
  const text = readFileSync(path, 'utf8')
  const value = (name: string) => new RegExp(`^${name} *= *(\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') }
}
