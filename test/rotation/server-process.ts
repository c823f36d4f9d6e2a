import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The only address at which servers of tests listen. */
export const HOST = '127.0.0.1'

const IS_ROOT = process.getuid?.() === 0
/** Database servers do not run as root: `nobody`, everywhere. */
const NOBODY = 65_534
/** Options of processes that belong to a server. */
export const identity = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}

/** A folder of the user as whom a server runs; with a file in it for what a test writes. */
export function serverFolder() {
  const path = mkdtempSync(join(tmpdir(), 'coffer-database-'))
  const own = (name: string) => {
    if (IS_ROOT) chownSync(name, NOBODY, NOBODY)
    return name
  }
  own(path)
  return {
    path,
    write(name: string, content: string | Buffer) {
      writeFileSync(join(path, name), content, { mode: 0o600 })
      return own(join(path, name))
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a program and waits until it says something; `stop` ends it by a signal and waits for the end. */
export async function startServer(program: string, args: readonly string[], cwd: string, isReady: RegExp) {
  const child = spawn(program, args, { ...identity, cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  await says(child, isReady)
  return {
    async stop(signal: NodeJS.Signals) {
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
      process.off('exit', kill)
    },
  }
}

async function says({ stderr, spawnfile }: ChildProcess, wanted: RegExp): Promise<void> {
  const lines: string[] = []
  if (stderr)
    for await (const line of createInterface({ input: stderr })) {
      lines.push(line)
      if (!wanted.test(line)) continue
      // Nobody reads on; it must not wait for that.
      stderr.resume()
      return
    }
  throw new Error(`${spawnfile} does not start: ${lines.join('\n')}`)
}
