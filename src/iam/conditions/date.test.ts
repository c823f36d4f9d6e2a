import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readDate } from './date.ts'

const DAY = 86_400_000

describe('readDate', () => {
  const table: readonly [text: string, milliseconds: number][] = [
    ['1970', 0],
    ['1970-01-02', DAY],
    ['1970-1-2T', DAY],
    ['1970-01-01T10', 10 * 3_600_000],
    ['1970-01-01t00:01z', 60_000],
    ['1970-01-01T00:00:01.5', 1500],
    ['1970-01-01T00:00:00-01:30', 90 * 60_000],
    ['1970-01-01T00:00:00+0130', -90 * 60_000],
    ['1970-01-01T00:00:00+02', -120 * 60_000],
    ['7', 7000],
    ['1.5', 1500],
    ['00', 0],
    ['9223372036854775807', 2 ** 63 * 1000],
    ['0000-03-01', -719_468 * DAY],
    ['-0001-03-01', -719_834 * DAY],
    ['01T', -719_162 * DAY],
  ]
  for (const [text, milliseconds] of table)
    test(`reads ${text} as ${milliseconds} ms since the epoch`, () => assert.equal(readDate(text), milliseconds))

  test('agrees with the dates of JavaScript where these have the form', () => {
    const between = { min: new Date('-009999-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') }
    fc.assert(
      fc.property(fc.date({ ...between, noInvalidDate: true }), (date) => {
        const text = date.toISOString().replace(/^-00/, '-')
        assert.equal(readDate(text), date.getTime())
      }),
    )
  })

  test('orders the first and last year that Java knows', () => {
    const [first = 0, zero = 0, last = 0] = ['-292275054', '0000-01-01', '292278993-12-31'].map(readDate)
    assert.ok(first < zero && zero < last)
    assert.equal(Math.round((last - first) / DAY / 365.2425), 292_278_993 + 292_275_054 + 1)
  })
})
