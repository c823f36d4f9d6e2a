import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JobRunner } from './runner.ts'

/** A job whose runs end when the test says so. */
function controlledJob() {
  const ends: (() => void)[] = []
  const job = {
    name: 'work',
    everyMs: 3_600_000,
    run: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.push(resolve)
      return promise
    },
  }
  return { job, ends }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a job runs at once, and never twice at the same time', async () => {
  const { job, ends } = controlledJob()
  const runner = new JobRunner([job], assert.fail)
  runner.wake('work')
  assert.equal(ends.length, 1)
  ends[0]?.()
  ends[1]?.()
  await settled()
  ends[1]?.()
  await runner.close()
})

test('a job that is woken while it runs, however often, runs once more', async () => {
  const { job, ends } = controlledJob()
  const runner = new JobRunner([job], assert.fail)
  runner.wake('work')
  runner.wake('work')
  ends[0]?.()
  await settled()
  assert.equal(ends.length, 2)
  ends[1]?.()
  await settled()
  assert.equal(ends.length, 2)
  await runner.close()
})

test('closing waits for the run under way, and begins no other', async () => {
  const { job, ends } = controlledJob()
  const runner = new JobRunner([job], assert.fail)
  runner.wake('work')
  const closed = runner.close()
  ends[0]?.()
  await closed
  runner.wake('work')
  assert.equal(ends.length, 1)
})

test('a failed run is told, and woken again it runs', async () => {
  const told: unknown[] = []
  let runs = 0
  const fails = async () => {
    runs++
    throw new Error(`run ${runs}`)
  }
  const runner = new JobRunner([{ name: 'work', everyMs: 3_600_000, run: fails }], (job, error) =>
    told.push([job, (error as Error).message]),
  )
  await settled()
  runner.wake('work')
  await settled()
  await runner.close()
  assert.deepEqual(told, [
    ['work', 'run 1'],
    ['work', 'run 2'],
  ])
})
