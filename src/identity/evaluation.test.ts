import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Evaluation, STEPS_PER_TURN } from './evaluation.ts'

/** Whether what waits for its turn gets it before an evaluation goes on that has taken so many steps. */
async function yieldsAfter(evaluation: Evaluation, steps: number): Promise<boolean> {
  evaluation.work.add(steps)
  let hadTurn = false
  const other = nextTurn().then(() => {
    hadTurn = true
  })
  await evaluation.yieldTurn()
  const yielded = hadTurn
  await other
  return yielded
}

describe('an evaluation', () => {
  test('lets other requests have their turn whenever it has taken many steps, and only then', async () => {
    const evaluation = new Evaluation()
    assert.equal(await yieldsAfter(evaluation, STEPS_PER_TURN - 1), false)
    assert.equal(await yieldsAfter(evaluation, 1), true)
    assert.equal(await yieldsAfter(evaluation, STEPS_PER_TURN - 1), false)
    assert.equal(await yieldsAfter(evaluation, 5 * STEPS_PER_TURN), true)
  })

  test('ends at its limit of steps, and at every step after that', () => {
    const { work } = new Evaluation(10)
    work.add(10)
    assert.equal(work.isExceeded, false)
    for (let time = 0; time < 2; time += 1) assert.throws(() => work.add(1), { name: 'WorkExceededError' })
    assert.equal(work.isExceeded, true)
  })
})
