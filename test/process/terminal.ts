import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cleanEnvironment, type Ended, LAUNCHER, type RunOptions } from './coffer.ts'

/** Why no command can be run on a terminal here; false where one can. */
export const noTerminal: string | false = /util-linux/.test(
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '',
)
  ? false
  : 'needs the command script of util-linux'

/** A terminal on which nothing happens for this long is closed. */
const PATIENCE_MS = 30_000

export interface TerminalOptions extends RunOptions {
  readonly columns: number
  /** What a person types, each once its prompt has appeared; a function gets what has appeared since the last answer. */
  readonly answers?: readonly { readonly prompt: RegExp; readonly type: string | ((shown: string) => string) }[]
}

/** Runs a command on a terminal; all that appears there is its `stdout`. */
export async function runOnTerminal(args: readonly string[], options: TerminalOptions): Promise<Ended> {
  const program = [process.execPath, ...(options.nodeArgs ?? []), LAUNCHER]
  const command = [...program, ...args].map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols ${options.columns} rows 24; exec ${command}`, '/dev/null'], {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), SHELL: '/bin/sh', TERM: 'xterm', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
  })
  const answers = [...(options.answers ?? [])]
  let [stdout, stderr, unanswered] = ['', '', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
    unanswered += text
    if (!answers[0]?.prompt.test(unanswered)) return
    const { type = '' } = answers.shift() ?? {}
    child.stdin.write(typeof type === 'string' ? type : type(unanswered))
    unanswered = ''
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, stdout: stdout.replaceAll('\r\n', '\n'), stderr }
}
