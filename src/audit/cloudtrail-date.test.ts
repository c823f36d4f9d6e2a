import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cloudTrailDate } from './cloudtrail-date.ts'

describe('a date in a record', () => {
  for (const [date, text] of [
    ['2018-05-03T17:51:02Z', 'May 3, 2018 5:51:02 PM'],
    ['2021-01-22T00:46:28.999Z', 'Jan 22, 2021 12:46:28 AM'],
    ['2026-12-31T12:00:00Z', 'Dec 31, 2026 12:00:00 PM'],
    ['2026-10-09T11:05:09Z', 'Oct 9, 2026 11:05:09 AM'],
  ] as const)
    test(`${date} is ${text}`, () => assert.equal(cloudTrailDate(new Date(date)), text))
})
