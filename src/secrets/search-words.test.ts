import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wordsOf } from './search-words.ts'

const examples: Record<string, string[]> = {
  '': [],
  ' ': [],
  one: ['one'],
  'one two': ['one', 'two'],
  ' one  two ': ['one', 'two'],
  'My basic Description': ['my', 'basic', 'description'],
  'API KEY 1': ['api', 'key', '1'],
  'my fooBAR': ['my', 'foo', 'bar'],
  fooBAR: ['foobar'],
  DescTwo: ['desc', 'two'],
  AppBeta: ['app', 'beta'],
  SecretFTag: ['secret', 'f', 'tag'],
  COMPANY: ['company'],
  COMPANYthings: ['compan', 'ythings'],
  a1b2c3: ['a', '1b', '2c', '3'],
  secret12: ['secret12'],
  '+': [],
  '//': [],
  '/a/b/': ['a', 'b'],
  'uat/COMPANYthings/1': ['uat', 'compan', 'ythings', '1'],
  'prod/AppBeta/a1': ['prod', 'app', 'beta', 'a1'],
  // Two kinds of separators: observed to stay whole, against the guide's text.
  'prod-AppBeta/1': ['prod-appbeta/1'],
  'read-only. Do not use': ['read-only. do not use'],
  // The guide says creds, Database, 892; the characters that AWS was observed to split at have no # among them.
  'credsDatabase#892': ['creds', 'database', '#892'],
  'x🔑abc': ['x', '🔑abc'],
}

for (const [text, words] of Object.entries(examples)) {
  test(`${JSON.stringify(text)} has the words ${JSON.stringify(words)}`, () => assert.deepEqual(wordsOf(text), words))
}

for (const separator of ['/', '_', '+', '=', '.', '@', '-']) {
  test(`${separator} separates words`, () => {
    assert.deepEqual(wordsOf(`prod${separator}AppBeta${separator}1`), ['prod', 'app', 'beta', '1'])
  })
}

/** The algorithm of facts 6.4, step by step. */
function referenceWords(text: string): string[] {
  const separators = ['/', '-', '_', '+', '=', '.', '@']
  if (separators.includes(text)) return []
  const kinds = separators.filter((separator) => text.includes(separator))
  if (kinds.length >= 2) return [text.toLowerCase()]
  const parts = kinds.length === 1 ? text.split(kinds[0]!) : [text]
  return parts
    .flatMap((part) => part.split(/([^a-z][a-z]+)/u))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .map((piece) => piece.toLowerCase())
}

const characters = fc.constantFrom(...'abzABZ019 -/_+=.@:!é🔑')

test('words are those of the reference algorithm, with blanks always separating', () => {
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 30 }), (text) => {
      const mixed = new Set(text.replace(/[^-/_+=.@]/g, '')).size > 1
      const expected = mixed ? referenceWords(text) : referenceWords(text).flatMap((word) => word.split(' '))
      assert.deepEqual(
        wordsOf(text),
        expected.filter((word) => word !== ''),
      )
    }),
    { numRuns: 2000 },
  )
})

test('where each blank is followed by a lower-case letter nothing differs from the reference algorithm', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abzABZ019-/'), maxLength: 8 }).map((tail) => `a${tail}`)
  fc.assert(
    fc.property(fc.array(word), (words) => assert.deepEqual(wordsOf(words.join(' ')), referenceWords(words.join(' ')))),
  )
})
