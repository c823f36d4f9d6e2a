import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { COFFER, type Ended, environmentOf, type RunOptions } from './run-coffer.ts'

/** Why commands cannot be run on a terminal here; false when they can. */
export const noTerminal: string | false = /util-linux/.test(
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '',
)
  ? false
  : 'needs the command script of util-linux'

export interface TerminalOptions extends RunOptions {
  readonly columns: number
  /** What a person types, each once its prompt has appeared. */
  readonly answers?: readonly { readonly prompt: RegExp; readonly type: string }[]
}

/** Runs a command on a terminal; what it says stands in `stdout`, as it appears there. */
export async function runOnTerminal(args: readonly string[], options: TerminalOptions): Promise<Ended> {
  const command = [process.execPath, COFFER, ...args].map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols ${options.columns} rows 24; ${command}`, '/dev/null'], {
    cwd: options.folder,
    env: { ...environmentOf(options), SHELL: '/bin/sh', TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const waiting = [...(options.answers ?? [])]
  let stdout = ''
  let stderr = ''
  let answered = 0
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
    const [next] = waiting
    if (!next || !next.prompt.test(stdout.slice(answered))) return
    waiting.shift()
    answered = stdout.length
    child.stdin.write(next.type)
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, stdout: stdout.replaceAll('\r\n', '\n'), stderr }
}
