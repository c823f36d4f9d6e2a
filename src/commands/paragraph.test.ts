import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { paragraph } from './paragraph.ts'

describe('a paragraph', () => {
  test('is broken between words, and no line is wider than it may be', () => {
    assert.equal(paragraph('one two three four', { width: 9 }), 'one two\nthree\nfour\n')
  })

  test('fills a line to its last column', () => {
    assert.equal(paragraph('one two three', { width: 7 }), 'one two\nthree\n')
    assert.equal(paragraph('one two three', { width: 6 }), 'one\ntwo\nthree\n')
  })

  test('keeps a word whole that is longer than a line, so that it can be copied', () => {
    assert.equal(
      paragraph('see arn:aws:iam::111122223333:root there', { width: 10 }),
      'see\narn:aws:iam::111122223333:root\nthere\n',
    )
  })

  test('moves its first line, and those after it, to the right', () => {
    assert.equal(paragraph('one two three', { width: 9, indent: 2 }), '  one two\n  three\n')
    assert.equal(paragraph('one two three', { width: 9, indent: 2, hanging: 4 }), '  one two\n    three\n')
  })

  test('counts two columns for a Chinese character', () => {
    assert.equal(paragraph('密碼 密碼', { width: 8 }), '密碼\n密碼\n')
    assert.equal(paragraph('密碼 密碼', { width: 9 }), '密碼 密碼\n')
  })

  test('of no words is an empty line', () => assert.equal(paragraph('  ', { width: 10, indent: 2 }), '\n'))

  test('steers no terminal, whoever wrote it', () => {
    const text = paragraph('a\x1b[2J \x9b31m\u202egnp\r\nb\u2028c', { width: 80 })
    assert.equal(text, 'a\u{FFFD}[2J \u{FFFD}31m\u{FFFD}gnp b c\n')
  })
})
