import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startApp } from '../start-app.ts'
import type { SeededRandom } from '../trail/tamper.ts'
import type { Answered } from './mixed-storm.ts'

/** An installation whose server was killed, with copies of its data directory from before. */
export interface Life {
  readonly dataDir: string
  readonly answered: readonly Answered[]
  readonly older: readonly string[]
}

const RUNS = 3
/** Calls that a run has answered at most when it is killed. */
const MOST_CALLS = 60

const program = fileURLToPath(new URL('mixed-storm.ts', import.meta.url))

export const rootKeyOf = (dataDir: string) => ({ kind: 'file', path: `${dataDir}.key`, chosen: true }) as const

/** Runs a storm several times on one data directory and kills it each time; before the last run it is opened and closed in order. */
export async function live(folder: string, random: SeededRandom): Promise<Life> {
  const dataDir = join(folder, 'data')
  const answered: Answered[] = []
  const older: string[] = []
  const keep = () => {
    const copy = join(folder, `older-${older.length}`)
    copyFiles(dataDir, copy)
    older.push(copy)
  }
  for (let run = 0; run < RUNS; run++) {
    answered.push(...(await killedStorm(dataDir, { run, enough: random.between(3, MOST_CALLS), cache: folder })))
    if (run === RUNS - 1) break
    keep()
    if (run < RUNS - 2) continue
    await (await startApp({ dataDir, rootKey: rootKeyOf(dataDir) })).close()
    keep()
  }
  return { dataDir, answered, older }
}

/** A data directory as it is, for its owner alone. */
export function copyFiles(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true })
  assert.deepEqual(readdirSync(to).toSorted(), readdirSync(from).toSorted())
}

async function killedStorm(
  dataDir: string,
  { run, enough, cache }: { readonly run: number; readonly enough: number; readonly cache: string },
): Promise<Answered[]> {
  const child = spawn(process.execPath, [program, dataDir, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(cache, 'compiled') },
  })
  const answered: Answered[] = []
  const exit = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    answered.push(JSON.parse(line))
    if (answered.length === enough) child.kill('SIGKILL')
  }
  assert.deepEqual(await exit, [null, 'SIGKILL'])
  return answered
}
