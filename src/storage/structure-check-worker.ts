import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { structureFaults, tablesIn } from './table-structure.ts'

/** A table whose structure is damaged. */
export interface DamagedTable {
  readonly table: string
  readonly faults: readonly string[]
}

const BUSY_TIMEOUT_MS = 5_000

/** Checks table after table. Reads do not last longer than for one, so that the server can empty its log in between. */
export function* damagedTables(storePath: string): Generator<DamagedTable | undefined> {
  using store = new DatabaseSync(storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  for (const table of tablesIn(store)) {
    const faults = structureFaults(store, table, 'quick')
    yield faults.length > 0 ? { table, faults } : undefined
  }
}

if (parentPort) {
  for (const damaged of damagedTables(workerData as string)) if (damaged) parentPort.postMessage(damaged)
}
