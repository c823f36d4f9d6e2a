import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LEASE_MS } from '../../src/jobs/rotate-secrets.ts'
import { temporaryFolder } from '../process/coffer.ts'
import { startRotatingApp } from '../rotation/rotating-function.ts'

const PROGRAM = fileURLToPath(new URL('rotating.ts', import.meta.url))

for (const step of ['createSecret', 'setSecret', 'finishSecret'])
  test(`a rotation whose process was killed before ${step} is taken up with the same version`, async () => {
    using folder = temporaryFolder()
    const dataDir = join(folder.path, 'data')
    const path = join(folder.path, 'root.key')
    const child = spawn(process.execPath, [PROGRAM, dataDir, path, step], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    const { first, pending } = JSON.parse(line) as { first: string; pending: string }

    await using app = await startRotatingApp({ dataDir, rootKey: { kind: 'file', path, chosen: true } })
    assert.equal((await app.client.getSecretValue({ SecretId: 's' })).SecretString, 'first')
    // The dead process still holds the lease.
    await app.running.rotate()
    assert.equal(app.functions.calls.length, 0)
    app.clock.advance(LEASE_MS)
    await app.running.rotate()
    assert.deepEqual((await app.client.describeSecret({ SecretId: 's' })).VersionIdsToStages, {
      [first]: ['AWSPREVIOUS'],
      [pending]: ['AWSCURRENT'],
    })
    assert.match((await app.client.getSecretValue({ SecretId: 's' })).SecretString ?? '', /^password /)
  })
