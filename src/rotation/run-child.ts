import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { FUNCTION_MS } from './function-target.ts'
import { FunctionError } from './rotation-functions.ts'

export interface ChildRun {
  readonly program: string
  readonly args: readonly string[]
  /** All that it has of an environment. */
  readonly environment: Readonly<Record<string, string>>
  /** What it finds on standard input. */
  readonly input: string
  /** True for a program that says by a message that it is done, and need not end then. */
  readonly answers: boolean
}

/** What a program that answers says: how it went, with the name of what went wrong if anything did. */
export interface ChildAnswer {
  readonly answer: { readonly failed?: string | undefined }
}

/** Names of errors, and nothing that could be a sentence. */
const ERROR_NAME = /^[A-Z][A-Za-z]{2,63}$/

/**
 * Runs a program of its own process group, which is gone when this settles. What it prints is dropped: that may be a secret.
 * Rejects with FunctionError when it fails, takes too long, or is stopped by the signal.
 */
export async function runChild(run: ChildRun, signal: AbortSignal): Promise<void> {
  const child = spawn(run.program, run.args, {
    cwd: tmpdir(),
    env: { ...run.environment },
    stdio: ['pipe', 'ignore', 'ignore', ...(run.answers ? (['ipc'] as const) : [])],
    detached: true,
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    // One that could not be started does not end.
    child.once('error', () => resolve())
  })
  const end = AbortSignal.any([signal, AbortSignal.timeout(FUNCTION_MS)])
  try {
    await outcomeOf(child, run, end)
  } finally {
    endGroup(child)
    await gone
  }
}

function outcomeOf(child: ChildProcess, { input, answers }: ChildRun, end: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new FunctionError(`The rotation function ${why}`))
    const stop = () => fail('was stopped, or took too long')
    if (end.aborted) stop()
    end.addEventListener('abort', stop, { once: true })
    child.once('error', (error: NodeJS.ErrnoException) => fail(`cannot be started: ${error.code ?? 'unknown'}`))
    child.once('exit', (code, killedBy) => {
      if (code === 0 && !answers) resolve()
      else fail(code === 0 ? 'ended without an answer' : `ended with ${killedBy ?? `code ${code}`}`)
    })
    child.on('message', (message) => {
      // What it calls may send messages of its own.
      if (!isAnswer(message)) return
      const { failed } = message.answer
      if (failed === undefined) resolve()
      else fail(`failed${ERROR_NAME.test(failed) ? `: ${failed}` : ''}`)
    })
    // It need not read what it is given.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function isAnswer(message: unknown): message is ChildAnswer {
  const { answer } = (message ?? {}) as Partial<ChildAnswer>
  return typeof answer === 'object' && answer !== null
}

/** Ends the program and what it has started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}
