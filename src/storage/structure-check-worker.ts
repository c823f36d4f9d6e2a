import { parentPort, workerData } from 'node:worker_threads'
import { damagedTables } from './table-structure.ts'

// The thread that checks a large store; it ends with the last table. Nothing else may import this: a program may run Coffer in a thread of its own.

for (const damaged of damagedTables(workerData as string)) if (damaged) parentPort?.postMessage(damaged)
