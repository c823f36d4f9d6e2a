import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ANY, globTest, matchesGlob, withWildcards } from './match.ts'

const fits = (pattern: string, text: string) => matchesGlob(withWildcards(pattern), text)

describe('a glob', () => {
  const table: readonly [pattern: string, fitting: readonly string[], other: readonly string[]][] = [
    ['', [''], ['a']],
    ['a', ['a'], ['', 'A', 'aa', 'b']],
    ['*', ['', 'a', 'a/b:c', '*'], []],
    ['?', ['a', '*', '?'], ['', 'ab']],
    ['a*', ['a', 'ab', 'a*'], ['', 'ba']],
    ['*a', ['a', 'ba', 'aa', 'aba'], ['', 'ab']],
    ['a*b', ['ab', 'aab', 'abb', 'a--b'], ['a', 'b', 'abc']],
    ['a**b', ['ab', 'axb'], ['a']],
    ['*a*b*', ['ab', 'xaxbx', 'aabb'], ['ba', '']],
    ['a?c*', ['abc', 'abcd'], ['ac', 'abd']],
    ['*?', ['a', 'ab'], ['']],
    ['?*?', ['ab', 'abc'], ['a']],
    ['*abc', ['ababc', 'abcabc'], ['abcab']],
    ['a.c', ['a.c'], ['abc']],
    ['[a]', ['[a]'], ['a']],
    ['(a+)+$', ['(a+)+$'], ['aaaa']],
  ]
  for (const [pattern, fitting, other] of table)
    test(`${pattern === '' ? 'of nothing' : pattern} fits what it should`, () => {
      for (const text of fitting) assert.ok(fits(pattern, text), text)
      for (const text of other) assert.ok(!fits(pattern, text), text)
    })

  test('agrees with a search that tries everything', () => {
    const tries = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === ''
      if (pattern[0] === '*') return tries(pattern.slice(1), text) || (text !== '' && tries(pattern, text.slice(1)))
      return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && tries(pattern.slice(1), text.slice(1))
    }
    const letters = (all: readonly string[]) =>
      fc.array(fc.constantFrom(...all), { maxLength: 8 }).map((some) => some.join(''))
    fc.assert(
      fc.property(letters(['a', 'b', '*', '*', '?']), letters(['a', 'b']), (pattern, text) => {
        assert.equal(fits(pattern, text), tries(pattern, text))
        assert.equal(globTest(withWildcards(pattern))(text), tries(pattern, text))
      }),
      { numRuns: 2000 },
    )
  })

  test('of many asterisks needs no more steps than the product of both lengths', () => {
    // Exponential search would not end in the lifetime of the machine.
    assert.equal(fits(`${'*a'.repeat(500)}*b`, 'a'.repeat(5000)), false)
    assert.equal(fits('a*'.repeat(500), 'a'.repeat(5000)), true)
  })

  test('takes wildcards of the text as characters, even in their inner form', () => {
    assert.ok(!fits('a', '*'))
    assert.ok(!fits('a', ANY))
    assert.ok(!globTest('a')(ANY))
  })
})
