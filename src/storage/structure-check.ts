import { Worker } from 'node:worker_threads'
import { fileBytes } from './store-state.ts'
import { type DamagedTable, damagedTables } from './table-structure.ts'

/** A store up to this size is checked before the start continues: in some 20 milliseconds. */
const AT_ONCE_BYTES = 16 * 1024 * 1024
/** How long a start waits for the check of a larger store, which continues afterwards. */
const START_WAITS_MS = 2_000

export interface StructureCheckOptions {
  readonly onDamage: (damaged: DamagedTable) => void
  /** Called when the check could not be made or finished. */
  readonly onFailure: (error: Error) => void
  readonly atOnceBytes?: number | undefined
  readonly startWaitsMs?: number | undefined
}

/** A check that may still be running. */
export interface StructureCheck {
  /** Resolves when it has ended or was closed. */
  readonly ended: Promise<void>
  /** Ends it, at the latest after the table that it is at. */
  close(): Promise<void>
}

/** Looks for damaged pages of a store, in a thread unless the store is small. Resolves when that is over or has lasted for as long as a start waits. */
export async function checkStructure(storePath: string, options: StructureCheckOptions): Promise<StructureCheck> {
  const { onDamage, onFailure, atOnceBytes = AT_ONCE_BYTES, startWaitsMs = START_WAITS_MS } = options
  if (fileBytes(storePath) + fileBytes(`${storePath}-wal`) <= atOnceBytes) {
    try {
      for (const damaged of damagedTables(storePath)) if (damaged) onDamage(damaged)
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)))
    }
    return { ended: Promise.resolve(), close: async () => {} }
  }
  const check = inThread(storePath, onDamage, onFailure)
  const waited = Promise.withResolvers<void>()
  const timer = setTimeout(waited.resolve, startWaitsMs)
  await Promise.race([check.ended, waited.promise])
  clearTimeout(timer)
  return check
}

function inThread(
  storePath: string,
  onDamage: StructureCheckOptions['onDamage'],
  onFailure: StructureCheckOptions['onFailure'],
): StructureCheck {
  // Beside this file, in the source as in the build.
  const file = new URL(import.meta.url.replace(/structure-check(\.[jt]s)$/, 'structure-check-worker$1'))
  const worker = new Worker(file, { workerData: storePath, execArgv: [], stdout: false, stderr: false })
  const ended = Promise.withResolvers<void>()
  worker.on('message', onDamage)
  worker.on('error', (error) => onFailure(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => ended.resolve())
  // A program that uses Coffer in process may end without closing it.
  worker.unref()
  return { ended: ended.promise, close: async () => void (await worker.terminate()) }
}
