import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AwsError } from '../aws/error.ts'
import { errors } from './errors.ts'
import { CURRENT, PENDING, PREVIOUS, type Stages } from './secret.ts'
import { countLabels, labelsOf, MAX_LABELS, moveStage, stageNewVersion, versionWithStage } from './version-stages.ts'

type Step = (stages: Stages) => Stages
type Labels = Record<string, readonly string[]>

const none: Stages = new Map()
const anyVersion = () => true

const put =
  (versionId: string, labels?: readonly string[]): Step =>
  (stages) =>
    stageNewVersion(stages, versionId, labels)
const move =
  (label: string, removeFrom?: string, moveTo?: string): Step =>
  (stages) =>
    moveStage(stages, { label, moveTo, removeFrom }, anyVersion)
const after = (...steps: Step[]) => steps.reduce((stages, step) => step(stages), none)

/** Labels of each version as sets: their order was not recorded. */
function assertLabels(stages: Stages, expected: Labels): void {
  const sets = new Map([...stages].map(([versionId, labels]) => [versionId, new Set(labels)]))
  assert.deepEqual(sets, new Map(Object.entries(expected).map(([versionId, labels]) => [versionId, new Set(labels)])))
}

const recorded: { name: string; steps: readonly (readonly [Step, Labels])[] }[] = [
  {
    name: 'A: a rotation, then a plain put',
    steps: [
      [put('v2', [PENDING]), { v1: [CURRENT], v2: [PENDING] }],
      [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, PENDING] }],
      [put('v3'), { v2: [PREVIOUS], v3: [CURRENT] }],
    ],
  },
  {
    name: 'B: two rotations',
    steps: [
      [put('v2', [PENDING]), { v1: [CURRENT], v2: [PENDING] }],
      [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, PENDING] }],
      [put('v3', [PENDING]), { v1: [PREVIOUS], v2: [CURRENT], v3: [PENDING] }],
      [move(CURRENT, 'v2', 'v3'), { v2: [PREVIOUS], v3: [CURRENT, PENDING] }],
    ],
  },
  {
    name: 'C: custom labels stay on their version',
    steps: [
      [put('v2', [PENDING, 'AWSSOMETHING', 'PUT1']), { v1: [CURRENT], v2: [PENDING, 'AWSSOMETHING', 'PUT1'] }],
      [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, PENDING, 'AWSSOMETHING', 'PUT1'] }],
      [put('v3', [PENDING, 'PUT2']), { v1: [PREVIOUS], v2: [CURRENT, 'AWSSOMETHING', 'PUT1'], v3: [PENDING, 'PUT2'] }],
      [move(CURRENT, 'v2', 'v3'), { v2: [PREVIOUS, 'AWSSOMETHING', 'PUT1'], v3: [CURRENT, PENDING, 'PUT2'] }],
    ],
  },
  {
    name: 'D: custom labels with AWSCURRENT',
    steps: [
      [put('v2', [CURRENT, 'PUT0']), { v1: [PREVIOUS], v2: [CURRENT, 'PUT0'] }],
      [put('v3', [PENDING, 'PUT1']), { v1: [PREVIOUS], v2: [CURRENT, 'PUT0'], v3: [PENDING, 'PUT1'] }],
      [move(CURRENT, 'v2', 'v3'), { v2: [PREVIOUS, 'PUT0'], v3: [CURRENT, PENDING, 'PUT1'] }],
      [put('v4', [PENDING, 'PUT2']), { v2: [PREVIOUS, 'PUT0'], v3: [CURRENT, 'PUT1'], v4: [PENDING, 'PUT2'] }],
      [move(CURRENT, 'v3', 'v4'), { v2: ['PUT0'], v3: [PREVIOUS, 'PUT1'], v4: [CURRENT, PENDING, 'PUT2'] }],
    ],
  },
  {
    name: 'E: a version that loses all its labels is hidden',
    steps: [
      [put('v2', ['one', 'two', 'three']), { v1: [CURRENT], v2: ['one', 'two', 'three'] }],
      [put('v3', ['one', 'two', 'three', 'four']), { v1: [CURRENT], v3: ['four', 'one', 'three', 'two'] }],
    ],
  },
  {
    name: 'F: a version that loses some of its labels',
    steps: [
      [put('v2', ['one', 'two', 'three']), { v1: [CURRENT], v2: ['one', 'two', 'three'] }],
      [put('v3', ['one', 'two', 'four']), { v1: [CURRENT], v2: ['three'], v3: ['four', 'one', 'two'] }],
    ],
  },
  {
    name: 'G: a custom label removed after the move',
    steps: [
      [put('v2', ['PENDING']), { v1: [CURRENT], v2: ['PENDING'] }],
      [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, 'PENDING'] }],
      [move('PENDING', 'v2'), { v1: [PREVIOUS], v2: [CURRENT] }],
    ],
  },
  {
    name: 'H: plain puts',
    steps: [
      [put('v2'), { v1: [PREVIOUS], v2: [CURRENT] }],
      [put('v3'), { v2: [PREVIOUS], v3: [CURRENT] }],
      [put('v4'), { v3: [PREVIOUS], v4: [CURRENT] }],
    ],
  },
]

describe('sequences recorded on AWS', () => {
  for (const { name, steps } of recorded) {
    test(name, () => {
      let stages = after(put('v1'))
      for (const [step, expected] of steps) {
        stages = step(stages)
        assertLabels(stages, expected)
      }
    })
  }
})

describe('stageNewVersion', () => {
  test('the first version gets AWSCURRENT behind the labels that were asked for', () => {
    assert.deepEqual(after(put('v1', [PENDING])), new Map([['v1', [PENDING, CURRENT]]]))
  })

  test('labels named twice collapse and keep their order', () => {
    assert.deepEqual(labelsOf(after(put('v1', ['b', 'a', 'b', CURRENT])), 'v1'), ['b', 'a', CURRENT])
  })

  test('a new current value drops AWSPENDING from a third version', () => {
    assertLabels(after(put('v1'), put('v2', [PENDING, 'x']), put('v3')), { v1: [PREVIOUS], v2: ['x'], v3: [CURRENT] })
  })

  test('a new current value keeps the AWSPENDING that it asks for', () => {
    const stages = after(put('v1'), put('v2', [PENDING]), put('v3', [CURRENT, PENDING]))
    assertLabels(stages, { v1: [PREVIOUS], v3: [CURRENT, PENDING] })
  })

  test('a version announced by a rotation is filled without moving anything', () => {
    const announced = new Map([...after(put('v1')), ['v2', [PENDING]]])
    assert.deepEqual(stageNewVersion(announced, 'v2', [PENDING]), announced)
  })

  test('AWSPREVIOUS goes to the version that loses AWSCURRENT even when the request wants it elsewhere', () => {
    for (const labels of [
      [CURRENT, PREVIOUS],
      [PREVIOUS, CURRENT],
    ]) {
      assertLabels(after(put('v1'), put('v2', labels)), { v1: [PREVIOUS], v2: [CURRENT] })
    }
  })

  test('AWSPREVIOUS alone is a label like any other', () => {
    assertLabels(after(put('v1'), put('v2'), put('v3', [PREVIOUS])), { v2: [CURRENT], v3: [PREVIOUS] })
  })

  test('twenty labels are allowed, twenty-one are not', () => {
    const nineteen = Array.from({ length: MAX_LABELS - 1 }, (_, index) => `label${index}`)
    assert.equal(countLabels(after(put('v1'), put('v2', nineteen))), MAX_LABELS)
    assert.throws(() => after(put('v1'), put('v2', [...nineteen, 'more'])), errors.tooManyLabels(MAX_LABELS))
    assert.throws(() => after(put('v1'), put('v2', nineteen), put('v3')), errors.tooManyLabels(MAX_LABELS))
  })
})

describe('moveStage', () => {
  const two = after(put('v1'), put('v2'), put('v2', ['x']))
  const refused = (request: Parameters<typeof moveStage>[1], error: AwsError) =>
    assert.throws(() => moveStage(two, request, (versionId) => ['v1', 'v2', 'bare'].includes(versionId)), error)

  test('a new label is attached to any version, last in order', () => {
    assert.deepEqual(labelsOf(move('y', undefined, 'v2')(two), 'v2'), [CURRENT, 'x', 'y'])
    assert.deepEqual(labelsOf(move('y', undefined, 'bare')(two), 'bare'), ['y'])
  })

  test('AWSCURRENT moved back swaps with AWSPREVIOUS', () => {
    assertLabels(move(CURRENT, 'v2', 'v1')(two), { v1: [CURRENT], v2: [PREVIOUS, 'x'] })
  })

  test('AWSCURRENT moves only away from a version that is named', () => {
    refused({ label: CURRENT, moveTo: 'v1' }, errors.removeFromMissing('v2'))
  })

  test('AWSCURRENT that is nowhere is attached without more', () => {
    const announced: Stages = new Map([['v1', [PENDING]]])
    assertLabels(move(CURRENT, undefined, 'v1')(announced), { v1: [PENDING, CURRENT] })
  })

  test('AWSCURRENT is never removed', () => {
    refused({ label: CURRENT, removeFrom: 'v2' }, errors.currentNotRemovable())
    refused({ label: CURRENT, removeFrom: 'v1' }, errors.currentNotRemovable())
  })

  test('another label moves without naming its version', () => {
    assertLabels(move('x', undefined, 'v1')(two), { v1: [PREVIOUS, 'x'], v2: [CURRENT] })
    assertLabels(move(PREVIOUS, undefined, 'v2')(two), { v2: [CURRENT, 'x', PREVIOUS] })
  })

  test('RemoveFromVersionId must be the holder', () => {
    refused({ label: 'x', moveTo: 'v2', removeFrom: 'v1' }, errors.removeFromWrong('x'))
    refused({ label: 'x', removeFrom: 'v1' }, errors.removeFromWrong('x'))
    refused({ label: CURRENT, moveTo: 'v2', removeFrom: 'v1' }, errors.removeFromWrong(CURRENT))
    refused({ label: 'nowhere', removeFrom: 'v1' }, errors.removeFromWrong('nowhere'))
    refused({ label: 'nowhere', moveTo: 'v2', removeFrom: 'v1' }, errors.removeFromWrong('nowhere'))
  })

  test('the version to move to must exist, and what is wrong with the parameters is said first', () => {
    refused({ label: 'x', moveTo: 'v9' }, errors.versionIdNotFound('v9'))
    refused({ label: CURRENT, moveTo: 'v9', removeFrom: 'v2' }, errors.versionIdNotFound('v9'))
    refused({ label: CURRENT, moveTo: 'v9' }, errors.removeFromMissing('v2'))
  })

  test('one of the two versions must be named', () => {
    refused({ label: 'x' }, errors.stageTargetMissing())
  })

  test('moving a label to its holder changes nothing', () => {
    for (const label of [CURRENT, 'x']) {
      assert.equal(move(label, 'v2', 'v2')(two), two)
      assert.equal(move(label, undefined, 'v2')(two), two)
    }
  })

  test('the last label removed leaves no entry', () => {
    assertLabels(move(PREVIOUS, 'v1')(two), { v2: [CURRENT, 'x'] })
  })

  test('the limit holds for labels attached and for the AWSPREVIOUS that comes with a move', () => {
    const more = Array.from({ length: MAX_LABELS - 1 }, (_, index) => `label${index}`)
    const full = after(put('v1'), put('v2', more))
    assert.throws(() => move('more', undefined, 'v1')(full), errors.tooManyLabels(MAX_LABELS))
    assert.throws(() => move(CURRENT, 'v1', 'v2')(full), errors.tooManyLabels(MAX_LABELS))
    assert.equal(countLabels(move('label0', undefined, 'v1')(full)), MAX_LABELS)
  })
})

test('after any operations AWSCURRENT is on exactly one version and no label is on two', () => {
  const label = fc.constantFrom(CURRENT, PREVIOUS, PENDING, 'x', 'y')
  const version = fc.constantFrom('v1', 'v2', 'v3', 'v4')
  const step = fc.oneof(
    fc.record({ versionId: version, labels: fc.option(fc.array(label, { maxLength: 4 }), { nil: undefined }) }),
    fc.record({
      label,
      moveTo: fc.option(version, { nil: undefined }),
      removeFrom: fc.option(version, { nil: undefined }),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let stages = none
      const known = new Set<string>()
      for (const step of steps) {
        const before = structuredClone(stages)
        const input = stages
        try {
          stages =
            'versionId' in step
              ? stageNewVersion(stages, step.versionId, step.labels)
              : moveStage(stages, step, (versionId) => known.has(versionId))
          if ('versionId' in step) known.add(step.versionId)
        } catch (error) {
          assert.ok(error instanceof AwsError)
        }
        assert.deepEqual(input, before)
        const labels = [...stages.values()].flat()
        assert.equal(new Set(labels).size, labels.length)
        assert.equal(labels.filter((other) => other === CURRENT).length, known.size > 0 ? 1 : 0)
        assert.ok([...stages.values()].every((list) => list.length > 0))
        if (known.size > 0) assert.ok(known.has(versionWithStage(stages, CURRENT) ?? ''))
      }
    }),
    { numRuns: 500 },
  )
})
