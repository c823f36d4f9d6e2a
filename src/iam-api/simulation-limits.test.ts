import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_PAGE_RESULTS, MAX_PAGE_TEXT, MAX_PAGE_WORK, MAX_POLICY_TEXT, pageSizeFor } from './simulation-limits.ts'

test('a page holds as many results as are wanted, and never more than its bound', () => {
  assert.equal(pageSizeFor({ work: 1, text: 1 }, 7), 7)
  assert.equal(pageSizeFor({ work: 1, text: 1 }, 1000), MAX_PAGE_RESULTS)
  assert.equal(pageSizeFor({ work: 1, text: 1 }), MAX_PAGE_RESULTS)
})

test('what results cost makes a page shorter: their work, and their text', () => {
  assert.equal(pageSizeFor({ work: MAX_PAGE_WORK / 10, text: 1 }), 10)
  assert.equal(pageSizeFor({ work: 1, text: MAX_PAGE_TEXT / 10 + 1 }), 9)
  assert.equal(pageSizeFor({ work: MAX_POLICY_TEXT * 100, text: 1 }), 20)
})

test('a page holds one result, whatever it costs', () => {
  assert.equal(pageSizeFor({ work: MAX_PAGE_WORK * 2, text: MAX_PAGE_TEXT * 2 }), 1)
})
