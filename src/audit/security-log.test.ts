import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Refusal, SecurityLog } from './security-log.ts'

const START = Date.UTC(2026, 6, 1)

const refusal = (at = START, accessKeyId: string | undefined = 'AKIAIOSFODNN7EXAMPLE'): Refusal => ({
  at,
  requestId: 'request',
  address: '192.0.2.7',
  code: 'UnrecognizedClientException',
  accessKeyId,
  operation: 'GetSecretValue',
})

function start() {
  const lines: Record<string, unknown>[] = []
  const log = new SecurityLog((line) => lines.push(line))
  const refuse = (times: number, at: number) => {
    for (let index = 0; index < times; index++) log.refused(refusal(at))
  }
  return { log, lines, refuse }
}

test('a line says when, who claimed what, from where, and why not', () => {
  const { log, lines } = start()
  log.refused(refusal())
  assert.deepEqual(lines, [
    {
      at: '2026-07-01T00:00:00.000Z',
      requestId: 'request',
      address: '192.0.2.7',
      code: 'UnrecognizedClientException',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      operation: 'GetSecretValue',
    },
  ])
})

describe('under attack', () => {
  test('a burst of 100 is written, and no more of the same moment', () => {
    const { log, lines, refuse } = start()
    refuse(5000, START)
    assert.equal(lines.length, 100)
    assert.equal(log.count, 5000)
  })

  test('ten lines a second are written for as long as it goes on', () => {
    const { lines, refuse } = start()
    for (let second = 0; second <= 60; second++) refuse(1000, START + second * 1000)
    assert.equal(lines.length, 100 + 60 * 10)
  })

  test('the next line says how many were left out, once', () => {
    const { lines, refuse } = start()
    refuse(142, START)
    refuse(2, START + 1000)
    assert.ok(lines.slice(0, 100).every((line) => !('suppressed' in line)))
    assert.equal(lines[100]?.suppressed, 42)
    assert.ok(!('suppressed' in lines[101]!))
  })

  test('what is written and what is said to be left out are all there were', () => {
    const { log, lines, refuse } = start()
    for (let tenth = 0; tenth < 100; tenth++) refuse(7, START + tenth * 100)
    refuse(1, START + 3_600_000)
    const left = lines.reduce((sum, { suppressed = 0 }) => sum + Number(suppressed), 0)
    assert.equal(lines.length + left, log.count)
  })

  test('another rate holds as well', () => {
    const lines: object[] = []
    const log = new SecurityLog((line) => lines.push(line), { burst: 3, perSecond: 1 })
    for (const [seconds, written] of [
      [0, 3],
      [1, 4],
      [3, 6],
      [60, 9],
    ] as const) {
      for (let index = 0; index < 10; index++) log.refused(refusal(START + seconds * 1000))
      assert.equal(lines.length, written)
    }
  })

  test('a quiet time allows another burst, and never a larger one', () => {
    const { lines, refuse } = start()
    refuse(500, START)
    refuse(500, START + 86_400_000)
    assert.equal(lines.length, 200)
  })

  test('a clock that is set back opens nothing, and silences nothing for long', () => {
    const { lines, refuse } = start()
    refuse(500, START)
    refuse(500, START - 3_600_000)
    assert.equal(lines.length, 100)
    refuse(500, START - 3_599_000)
    assert.equal(lines.length, 110)
  })
})

describe('the access key id as claimed', () => {
  const shown = (accessKeyId: string | undefined) => {
    const { log, lines } = start()
    log.refused({ ...refusal(), accessKeyId })
    return lines[0]?.accessKeyId
  }

  for (const id of ['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', '123456789012', 'AKIA_LOCAL_TEST_KEY'])
    test(`${id} is shown`, () => assert.equal(shown(id), id))

  const others = [
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00',
    'akiaiosfodnn7example',
    'hunter2',
    'A'.repeat(33),
    'A'.repeat(10_000),
    'AKIAIOSFODNN7EXAMPLE\n',
    'AKIAIOSFODNN7\u001b[2J',
    '',
  ]
  for (const text of others)
    test(`${JSON.stringify(text.slice(0, 45))} (${text.length} characters) is not`, () =>
      assert.equal(shown(text), '(not an access key id)'))

  test('none is none', () => assert.equal(shown(undefined), undefined))
})
