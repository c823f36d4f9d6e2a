import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { acknowledge } from '../../src/commands/acknowledge-gap.ts'
import { CommandError } from '../../src/commands/command-error.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { SeededRandom } from '../trail/tamper.ts'
import { verified } from '../trail/verified.ts'
import { damage } from './damages.ts'
import { copyFiles, type Life, live, rootKeyOf } from './lives.ts'

/** `npm run test:long` has more. */
const CASES = Number(process.env.COFFER_TEST_DAMAGES ?? 25)
/** Cases on copies of one killed installation. */
const CASES_PER_LIFE = 15
const SEED = Number(process.env.COFFER_TEST_SEED ?? 1)
const ROWS_AT_ONCE = 1_000

/** How a damaged installation fared. */
type Fate = 'refused' | 'reported' | 'unharmed'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-damage-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test(`whatever file is truncated, removed or exchanged behind a killed server, nothing is lost without a report (${CASES} cases)`, async (t) => {
  const fates = new Map<Fate, number>()
  let life: Life | undefined
  for (let index = 0; index < CASES; index++) {
    const random = new SeededRandom(SEED * 10_000 + index)
    if (!life || index % CASES_PER_LIFE === 0) {
      const place = join(folder, `life-${index}`)
      await mkdir(place)
      life = await live(place, random)
    }
    const fate = await fateOf(life, random, index)
    fates.set(fate, (fates.get(fate) ?? 0) + 1)
  }
  t.diagnostic([...fates].map(([fate, count]) => `${count} ${fate}`).join(', '))
  for (const fate of ['reported', 'unharmed'] as const) assert.ok(fates.get(fate), `no case is ${fate}`)
})

async function fateOf(life: Life, random: SeededRandom, index: number): Promise<Fate> {
  const dataDir = join(folder, 'case')
  copyFiles(life.dataDir, dataDir)
  cpSync(rootKeyOf(life.dataDir).path, rootKeyOf(dataDir).path)
  const { text, isHarmless } = damage(dataDir, life, random)
  try {
    const fate = await judge(dataDir, life)
    if (isHarmless) assert.equal(fate, 'unharmed')
    return fate
  } catch (error) {
    throw new Error(`Case ${index} of seed ${SEED}, which ${text.replaceAll(folder, '')}, failed`, { cause: error })
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Starts on the damaged files, and compares what is there with what was answered. */
async function judge(dataDir: string, life: Life): Promise<Fate> {
  let app: TestApp
  try {
    app = await startApp({ dataDir, rootKey: rootKeyOf(dataDir) })
  } catch (error) {
    assert.match((error as Error).message, /^[^\n]+$/, 'a start is refused in one line')
    return 'refused'
  }
  await using _ = app
  const lost = await lostOf(app, life)
  // A call that fails because of what it misses leaves an error in the log.
  const isReported = app.logged.some(({ level }) => level === 'error') || !isIntact(app)
  if (!isReported) {
    assert.deepEqual(lost, [], 'nothing is reported')
    await app.running.installation.heads.signHead()
    const { outcome, faults } = verified(app)
    assert.deepEqual({ outcome, faults }, { outcome: 'proven', faults: [] })
    return 'unharmed'
  }
  await acknowledged(app)
  return 'reported'
}

function isIntact(app: TestApp): boolean {
  try {
    return verified(app).faults.length === 0
  } catch {
    return false
  }
}

/** What was answered and is not there. A call that fails reports what it misses. */
async function lostOf(app: TestApp, { answered }: Life): Promise<string[]> {
  const recorded = await recordedIds(app)
  const lost = answered
    .filter(({ requestId }) => !recorded?.has(requestId))
    .map(({ requestId }) => `record ${requestId}`)
  for (const { written } of answered) {
    if (!written) continue
    const { name, id, value } = written
    const found = await app.client.getSecretValue({ SecretId: name, VersionId: id }).catch((error) => error)
    if (found instanceof Error) lost.push(`${name} ${id}: ${found.message}`)
    else assert.equal(found.SecretString, value, 'a value that is there is the right one')
  }
  return lost
}

async function recordedIds({ running }: TestApp): Promise<ReadonlySet<string> | undefined> {
  const ids = new Set<string>()
  const { trail } = running.installation
  try {
    await trail.settle()
    for (let after = 0; ; ) {
      const rows = await trail.rows({ after, limit: ROWS_AT_ONCE })
      const last = rows.at(-1)
      if (!last) return ids
      for (const { entries } of rows) for (const { id } of entries) ids.add(id)
      after = last.seq
    }
  } catch {
    return undefined
  }
}

/** A gap can be acknowledged, and the trail is proven again, unless something was altered as well. */
async function acknowledged(app: TestApp): Promise<void> {
  try {
    if (!(await acknowledge(app.running.installation, undefined))) return
  } catch (error) {
    assert.ok(error instanceof CommandError || /malformed|corrupt|not a database/.test(String(error)), String(error))
    return
  }
  assert.equal(verified(app).outcome, 'proven')
}
