import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { askCoffer } from '../ask-coffer.ts'
import { runCoffer } from '../process/coffer.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { FIRST_SECRETS, type Said } from './rotations.ts'

const KILLS = 10
const HOUR = 3_600_000
/** Each round is so much later that what the round before has rotated can be retired. */
const ROUND_MS = 48 * HOUR

const program = fileURLToPath(new URL('rotations.ts', import.meta.url))
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-rotation-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('the rotation of the root key, killed ten times and resumed, loses nothing', async () => {
  const dataDir = join(folder, 'root')
  const said: Said[] = []
  let rotations = 0
  for (let round = 0; round < KILLS; round++) {
    // A client writes between the kills.
    {
      await using app = await open(dataDir)
      const name = `round/${round}`
      await app.client.createSecret({ Name: name, SecretString: name })
      said.push(
        { what: 'secret', name, value: name },
        { what: 'credentials', credentials: await app.user(`user-${round}`) },
      )
      await assertOpens(app, said)
    }
    const lines = await killed(['root-key', dataDir], (count, since) =>
      // The first rotation says how long one takes; the next is killed somewhere within it.
      count === 1 ? (since * round) / KILLS : undefined,
    )
    rotations += lines.filter(({ what }) => what === 'rotation').length
  }
  assert.ok(rotations >= KILLS)
  assert.equal((await runCoffer(['root-key', 'rotate', '--data-dir', dataDir])).code, 0)
  await using app = await open(dataDir)
  await assertOpens(app, said)
  assert.ok(!(await readdir(folder)).includes('root.key.new'))
})

test('the rotation of the keyring, killed ten times among writes and reads and resumed, loses nothing', async () => {
  const dataDir = join(folder, 'keyring')
  const lasting: Said[] = []
  for (let round = 0; round < KILLS; round++) {
    const offset = round * ROUND_MS
    const enough = 4 + ((round * 17) % 61)
    const said = await killed(['keyring', dataDir, `${round}`, `${offset}`], (count) =>
      count === enough ? 0 : undefined,
    )
    lasting.push(...said.filter(isLasting))
    await using app = await open(dataDir)
    app.clock.advance(offset)
    await assertOpens(app, [...said, ...lasting])
  }
  await using app = await open(dataDir)
  app.clock.advance(KILLS * ROUND_MS)
  await askCoffer(app, 'RotateKeyring')
  const { Purposes } = await settled(app)
  // One that was killed early is resumed by the next round, and only then is there room for another.
  for (const { Versions } of Purposes) assert.ok(Versions.at(-1) > KILLS / 3, `version ${Versions}`)
  for (const { Rotation } of Purposes) assert.equal(Rotation?.Altered ?? 0, 0)
  await assertOpens(app, lasting)
  const { SecretList = [] } = await app.client.listSecrets({
    Filters: [{ Key: 'name', Values: ['first/'] }],
    MaxResults: 100,
  })
  assert.equal(SecretList.length, Math.min(FIRST_SECRETS, 100))
})

const keyOf = (dataDir: string) => ({ kind: 'file', path: `${dataDir}.key`, chosen: true }) as const
const open = (dataDir: string) => startApp({ dataDir, rootKey: keyOf(dataDir) })
const isLasting = (said: Said) =>
  said.what === 'secret' || (said.what === 'credentials' && !said.credentials.sessionToken)

/**
 * What a program said before it was killed.
 *
 * @param when asked after each line: in how many milliseconds to kill it; undefined for not yet
 */
async function killed(
  args: readonly string[],
  when: (lines: number, millisecondsSinceStart: number) => number | undefined,
): Promise<Said[]> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  })
  const exit = once(child, 'exit')
  const started = performance.now()
  const said: Said[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue
    said.push(JSON.parse(line))
    const milliseconds = when(said.length, performance.now() - started)
    if (milliseconds !== undefined) setTimeout(() => child.kill('SIGKILL'), milliseconds)
  }
  const [code, signal] = await exit
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' })
  return said
}

/** Every secret, every access key, every session and every page token that was said is good. */
async function assertOpens(app: TestApp, said: readonly Said[]): Promise<void> {
  const values = new Map(said.flatMap((each) => (each.what === 'secret' ? [[each.name, each.value] as const] : [])))
  for (const [SecretId, value] of values) {
    const { SecretString = '' } = await app.client.getSecretValue({ SecretId })
    // The write after the last that was acknowledged may have happened too.
    assert.ok(SecretString === value || SecretString === `${SecretId} put`, `${SecretId} is ${SecretString}`)
  }
  for (const each of said) {
    if (each.what === 'credentials') {
      const { Account } = await app.stsFor({ credentials: { ...each.credentials } }).getCallerIdentity({})
      assert.equal(Account, app.account)
    }
    if (each.what === 'page token') await app.client.listSecrets({ MaxResults: 1, NextToken: each.token })
  }
}

async function settled(app: TestApp) {
  for (;;) {
    const { json } = await askCoffer(app, 'DescribeKeyring')
    const rotations = json.Purposes.flatMap(({ Rotation }: { Rotation?: { Complete: boolean } }) => Rotation ?? [])
    if (rotations.every(({ Complete }: { Complete: boolean }) => Complete)) return json
  }
}
