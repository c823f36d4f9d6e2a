import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { type Coffer, createCoffer } from '../../src/create-coffer.ts'
import { REGION, readCredentials, serveArgs, startCoffer, temporaryFolder } from '../process/coffer.ts'
import { randomFrom } from './random-calls.ts'

const posix = { skip: process.platform === 'win32' && 'Windows has no SIGKILL', concurrency: 2 }

/** First starts of the seeded campaign; the starts that are to finish them are killed too. */
const CAMPAIGN = 10
/** Starts in a row that are killed before one may end. */
const MOST_KILLS = 4
const SEED = 20_261_124
/** A first start has more steps than this. */
const STEPS = 50
/** Within these, `--new` has moved the old files. */
const MOVING_STEPS = 20

const preload = new URL('stop-points.ts', import.meta.url).href

describe('a first start that is killed', posix, () => {
  test('before any step that changes a file is finished by the next start, and nothing is left over', async () => {
    let step = 0
    for (let killed = true; killed; ) {
      using folder = temporaryFolder()
      killed = await killedBefore(++step, folder.path)
      await assertFinished(folder.path, `killed before step ${step}`)
    }
    assert.ok(step > STEPS, `${step} steps were found`)
  })

  test('is finished although starts that are to finish it are killed too, at random steps', async () => {
    const random = randomFrom(SEED)
    for (let round = 0; round < CAMPAIGN; round++) {
      using folder = temporaryFolder()
      const steps = Array.from({ length: 2 + random(MOST_KILLS - 1) }, () => 1 + random(STEPS))
      for (const step of steps) await killedBefore(step, folder.path)
      await assertFinished(folder.path, `killed before the steps ${steps}`)
    }
  })

  test('while --new moves files of an earlier installation loses none of them', async () => {
    using earlier = temporaryFolder()
    await (await createCoffer({ dataDir: join(earlier.path, 'data') })).close()
    rmSync(join(earlier.path, 'data', 'store.db'))
    for (let step = 1; step <= MOVING_STEPS; step++) {
      using folder = temporaryFolder()
      cpSync(earlier.path, folder.path, { recursive: true })
      await killedBefore(step, folder.path, ['--new'])
      await assertFinishedBeside(earlier.path, folder.path, `killed before step ${step}`)
    }
  })
})

/** Starts a server that is killed before a step; false when it listens before it comes so far. */
async function killedBefore(step: number, folder: string, more: readonly string[] = []): Promise<boolean> {
  const options = { nodeArgs: ['--import', preload], env: { STOP_AT: String(step) } }
  try {
    await using _server = await startCoffer(serveArgs(folder, more), options)
    return false
  } catch (error) {
    assert.match(String(error), / ended with SIGKILL: /)
    return true
  }
}

/** The next start needs no option, and it leaves what an undisturbed first start leaves. */
async function assertFinished(folder: string, when: string): Promise<void> {
  const dataDir = join(folder, 'data')
  await using coffer = await createCoffer({ dataDir }).catch((error) => assert.fail(`${when}: ${error}`))
  await assertServes(coffer, folder)
  assert.deepEqual(readdirSync(folder).toSorted(), ['data', 'data.credentials', 'data.key'], when)
}

/** The same of a new installation beside old files. */
async function assertFinishedBeside(earlier: string, folder: string, when: string): Promise<void> {
  const dataDir = join(folder, 'data')
  await using coffer = await createCoffer({ dataDir, new: true }).catch((error) => assert.fail(`${when}: ${error}`))
  await assertServes(coffer, folder)
  const old = (name: string) => readFileSync(join(earlier, name), 'latin1')
  const [, account] = /of account (\d{12})/.exec(old('data.credentials')) ?? []
  const kept = {
    'data/trail.db': 'data/before-1/trail.db',
    'data.key': 'data.key',
    'data.credentials': `data.credentials.${account}`,
  }
  for (const [name, now] of Object.entries(kept))
    assert.equal(readFileSync(join(folder, now), 'latin1'), old(name), `${when}: ${name}`)
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.startsWith('before-')),
    ['before-1'],
    when,
  )
}

/** The access key in the credentials file is the administrator's. */
async function assertServes({ requestHandler, account }: Coffer, folder: string): Promise<void> {
  const path = join(folder, 'data.credentials')
  const client = new SecretsManager({
    region: REGION,
    credentials: readCredentials(path),
    requestHandler,
    maxAttempts: 1,
  })
  await client.createSecret({ Name: 'a', SecretString: 'x' })
  assert.match(readFileSync(path, 'utf8'), new RegExp(` of account ${account}\\.\n`))
}
