import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MAX_TRIED } from './glob-segment.ts'
import { ANY, globTest, matchesGlob, ONE, withWildcards } from './match.ts'

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

  test('agrees with that search also in long segments', () => {
    // Longer than what is simply tried at each place, of few letters, and found now and then.
    const piece = fc.constantFrom('a', 'aa', 'ab', 'aab', 'b')
    const long = fc.array(piece, { minLength: MAX_TRIED, maxLength: 3 * MAX_TRIED }).map((some) => some.join(''))
    const gaps = fc.array(fc.nat(MAX_TRIED), { maxLength: 4 })
    fc.assert(
      fc.property(long, gaps, fc.array(long, { maxLength: 3 }), long, (wanted, places, before, after) => {
        const gapped = [...wanted]
        for (const place of places) gapped[place] = '?'
        const text = [...before, wanted, after].join('')
        const literal = new RegExp(`^.*${gapped.join('').replaceAll('?', '.')}.*$`)
        assert.ok(fits(`*${gapped.join('')}*`, text))
        assert.equal(fits(`*${gapped.join('')}*`, before.join('')), literal.test(before.join('')))
        assert.equal(fits(`a*${gapped.join('')}*b`, text), /^a.*b$/.test(text) && fits(`?*${gapped.join('')}*?`, text))
      }),
      { numRuns: 1000 },
    )
  })

  test('of many asterisks takes each segment where it comes first', () => {
    // Exponential search would not end in the lifetime of the machine.
    assert.equal(fits(`${'*a'.repeat(500)}*b`, 'a'.repeat(5000)), false)
    assert.equal(fits('a*'.repeat(500), 'a'.repeat(5000)), true)
  })

  test('of a long segment does not try it at each place', () => {
    // Trying would take minutes for each of these.
    const text = 'a'.repeat(1_000_000)
    const half = 'a'.repeat(200_000)
    for (const pattern of [`*${half}b`, `*b${half}*`, `*${half}b${half}*`, `*${half}b*`])
      assert.ok(!fits(pattern, text))
    assert.ok(fits(`*${half}*${half}*`, text))
    assert.ok(fits(`*${half}b*`, `${text}b${text}`))
  })

  test('of a long segment with gaps judges 32 places at a time', () => {
    const text = 'a'.repeat(100_000)
    const half = `${'a'.repeat(7_500)}?${'a'.repeat(7_500)}`
    for (const pattern of [`*${half}b*`, `*b${half}*`, `*${half}b${half}*`]) assert.ok(!fits(pattern, text))
    assert.ok(fits(`*${half}*${half}b*`, `${text}b${text}`))
  })

  test('finds a segment with gaps at every place of a word', () => {
    const segment = `x${'?'.repeat(40)}y`
    for (let place = 0; place < 70; place += 1) {
      const text = `${'y'.repeat(place)}x${'z'.repeat(40)}y`
      assert.ok(fits(`*${segment}*`, `${text}x`), String(place))
      assert.ok(!fits(`*${segment}?*`, text), String(place))
    }
  })

  test('takes wildcards of the text as characters, even in their inner form', () => {
    assert.ok(!fits('a', '*'))
    assert.ok(!fits('a', ANY))
    assert.ok(!globTest('a')(ANY))
  })

  test('takes characters whose halves are those of wildcards as themselves', () => {
    const [linearB, gothic] = ['\u{10000}', '\u{10400}']
    assert.deepEqual([linearB[0], gothic[0]], [ANY, ONE])
    assert.ok(fits(linearB, linearB))
    assert.ok(!fits(linearB, `secret${linearB}`))
    assert.ok(!fits(gothic, '\u{10800}'))
    assert.ok(fits(`${gothic}*?${linearB}`, `${gothic}--${linearB}`))
    assert.ok(!fits(`${gothic}*?${linearB}`, gothic + linearB))
  })
})
