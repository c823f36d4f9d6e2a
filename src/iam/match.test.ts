import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MAX_INDEX_OF } from './glob-segment.ts'
import { ANY, globTest, matchesGlob, ONE, withWildcards } from './match.ts'
import { Work } from './work.ts'

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
    const long = fc.array(piece, { minLength: MAX_INDEX_OF, maxLength: 3 * MAX_INDEX_OF }).map((some) => some.join(''))
    const gaps = fc.array(fc.nat(MAX_INDEX_OF), { maxLength: 4 })
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

  test('agrees with a table of all prefixes, where segments end just before, at and after the words of the search', () => {
    const fitsByTable = (pattern: string, text: string): boolean => {
      let row = [true, ...[...text].map(() => false)]
      for (const letter of pattern) {
        const next = row.map((fits) => (letter === '*' ? fits : false))
        for (let at = 1; at <= text.length; at += 1) {
          if (letter === '*') next[at] = (next[at - 1] ?? false) || (row[at] ?? false)
          else next[at] = (row[at - 1] ?? false) && (letter === '?' || letter === text[at - 1])
        }
        row = next
      }
      return row[text.length] ?? false
    }
    const lengths = fc.constantFrom(1, 2, 30, 31, 32, 33, 34, 63, 64, 65, 97)
    const segment = fc
      .tuple(lengths, fc.array(fc.tuple(fc.nat(96), fc.constantFrom('?', 'b', 'é'))))
      .map(([length, changes]) => {
        const letters = Array.from({ length }, () => 'a')
        for (const [at, letter] of changes) if (at < length) letters[at] = letter
        return letters.join('')
      })
    const patterns = fc
      .array(segment, { minLength: 1, maxLength: 3 })
      .chain((segments) =>
        fc
          .constantFrom(['*', '*'] as const, ['', '*'] as const, ['*', ''] as const, ['', ''] as const)
          .map(([start, end]) => start + segments.join('*') + end),
      )
    // A text made from the pattern fits often, one of the letter that patterns repeat nearly fits everywhere.
    const texts = (pattern: string) =>
      fc.tuple(fc.nat(80), fc.nat(80), fc.constantFrom('a', 'aab', 'b', '')).map(([before, after, between]) => {
        const made = pattern.replaceAll('?', 'a').replaceAll('*', between)
        return 'a'.repeat(before) + made + 'a'.repeat(after)
      })
    const cases = patterns.chain((pattern) => texts(pattern).map((text) => ({ pattern, text })))
    fc.assert(
      fc.property(cases, ({ pattern, text }) => {
        for (const one of [text, text.slice(1), text.replace('b', 'a'), text.toUpperCase()])
          assert.equal(fits(pattern, one), fitsByTable(pattern, one), JSON.stringify({ pattern, one }))
      }),
      { numRuns: 1500 },
    )
  })

  test('takes no more steps than characters, for each 32 characters of a segment with gaps', () => {
    const text = 'a'.repeat(14_000)
    const stepsOf = (pattern: string) => {
      const work = new Work()
      assert.ok(!globTest(withWildcards(pattern))(text, work), pattern)
      return work.steps
    }
    const run = (length: number) => 'a'.repeat(length)
    for (const length of [1, 7, 30, 40, 400, 6_000]) {
      const words = Math.ceil((length + 2) / 32)
      const gapped = [`*?${run(length)}b*`, `*${run(length)}?b*`, `*b?${run(length)}*`, `a*?${run(length)}b*a`]
      for (const pattern of gapped) assert.ok(stepsOf(pattern) <= words * (text.length + length + 3), pattern)
      const plain = [`*${run(length)}b*`, `*b${run(length)}*`, `*${run(length)}b${run(length)}*`]
      for (const pattern of plain) assert.ok(stepsOf(pattern) <= text.length + 1, pattern)
    }
    assert.ok(stepsOf(`${'*a?'.repeat(500)}*b*`) <= text.length + 500 * 3 + 10)
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
