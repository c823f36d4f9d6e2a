import assert from 'node:assert/strict'
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { formatRootKey, generateRootKey } from '../../src/seal/root-key-material.ts'
import { startApp } from '../start-app.ts'

// Run by sqlite-full-disk.test.ts on a small file system of its own.

const folder = process.argv[2]!
const ballast = join(folder, 'ballast')
const dataDir = join(folder, 'data')
const KB = 1024

const rootKey = { kind: 'value', text: formatRootKey(generateRootKey()) } as const
await using app = await startApp({ dataDir, rootKey, trail: { retentionDays: undefined, reserveBytes: 1_024 * KB } })
const { client, kms, iam } = app

async function until(what: string, holds: () => boolean | Promise<boolean>) {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 400, what)
    await pause(50)
  }
}

const reserve = join(dataDir, 'trail.reserve')
await client.createSecret({ Name: 'a', SecretString: 'value' })
await until('the reserve is filled', () => (statSync(reserve, { throwIfNoEntry: false })?.size ?? 0) > 700 * KB)

const { bavail, bsize } = statfsSync(folder)
try {
  writeFileSync(ballast, Buffer.alloc(bavail * bsize + KB))
} catch (error) {
  assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
}
const put = (index: number) => client.putSecretValue({ SecretId: 'a', SecretString: `${index}`.repeat(2_000) })
let last = 'value'
await until('a change is refused', async () => {
  for (let index = 0; index < 50; index++)
    try {
      await put(index)
      last = `${index}`.repeat(2_000)
    } catch (error) {
      assert.equal((error as Error).name, 'InternalServiceError')
      return true
    }
  return false
})
await assert.rejects(client.createSecret({ Name: 'b', SecretString: 'x' }), { name: 'InternalServiceError' })
await assert.rejects(kms.createKey({}), { name: 'KMSInternalException' })
await assert.rejects(iam.createUser({ UserName: 'x' }), { name: 'InternalFailure' })
for (let read = 0; read < 10; read++) assert.equal((await client.getSecretValue({ SecretId: 'a' })).SecretString, last)
const reads = (await app.trail()).filter(({ operation, error }) => operation === 'GetSecretValue' && !error)
assert.equal(reads.length, 10)
const said = (level: string) => app.logged.filter((line) => line.level === level).map(({ message }) => message)
assert.equal(said('error').filter((message) => message.startsWith('the disk is full: changes are refused')).length, 1)

rmSync(ballast)
await until('the log says that there is room', () =>
  said('info').some((message) => message.startsWith('there is room')),
)
await client.createSecret({ Name: 'b', SecretString: 'x' })
