import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import threads, { isMainThread, workerData } from 'node:worker_threads'

// Loaded before a program, this kills it as `kill -9` does, just before its nth step that changes a file. STOP_AT is that n. The steps of all
// threads of the program count together.

type Method = (this: unknown, ...args: unknown[]) => unknown

const stopAt = Number(process.env.STOP_AT)
const steps: Int32Array = isMainThread ? new Int32Array(new SharedArrayBuffer(4)) : workerData.steps

function step(): void {
  if (Atomics.add(steps, 0, 1) + 1 !== stopAt) return
  process.kill(process.pid, 'SIGKILL')
  // Nothing more happens, however long the signal takes.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** @param isStep whether a call, by its arguments and what it is called on, changes a file */
function stopBefore(
  target: object,
  names: readonly string[],
  isStep: (args: readonly unknown[], on: unknown) => boolean,
) {
  const methods = target as Record<string, Method>
  for (const name of names) {
    const method = methods[name] as Method
    methods[name] = function (...args) {
      if (isStep(args, this)) step()
      return method.apply(this, args)
    }
  }
}

const always = () => true
const opensToWrite = ([, flags = 'r']: readonly unknown[]) => flags !== 'r' && flags !== fs.constants.O_RDONLY
/** What a transaction does before its commit is not in the file. */
const ACTS = /^(pragma (journal_mode|wal_checkpoint)|begin|commit)/

const CHANGES = ['mkdir', 'chmod', 'rename', 'link', 'unlink', 'rm']
stopBefore(fs, ['openSync'], opensToWrite)
stopBefore(fs, [...CHANGES.map((name) => `${name}Sync`), 'fsyncSync', 'ftruncateSync', 'writeFileSync'], always)
stopBefore(promises, ['open'], opensToWrite)
stopBefore(promises, CHANGES, always)
const handle = await promises.open(import.meta.filename)
await handle.close()
stopBefore(Object.getPrototypeOf(handle), ['chmod', 'writeFile', 'write', 'sync'], always)
stopBefore(DatabaseSync.prototype, ['exec'], ([text]) => ACTS.test(String(text)))
stopBefore(DatabaseSync.prototype, ['close'], always)
stopBefore(StatementSync.prototype, ['run'], (_, statement) => ACTS.test((statement as StatementSync).sourceSQL))
// A program may start its threads without what it was started with itself.
threads.Worker = class extends threads.Worker {
  constructor(file: string | URL, options: threads.WorkerOptions = {}) {
    super(file, { ...options, execArgv: ['--import', import.meta.url], workerData: { ...options.workerData, steps } })
  }
}
syncBuiltinESMExports()
