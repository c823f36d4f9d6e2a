import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AlertRulesError, parseRules } from './parse-rules.ts'

const match = { event: 'GetSecretValue' }
const textOf = (...rules: readonly unknown[]) => JSON.stringify({ rules })

function mistakesOf(text: string): readonly string[] {
  try {
    parseRules(text)
    return []
  } catch (error) {
    assert.ok(error instanceof AlertRulesError)
    return error.mistakes
  }
}

test('a rule is understood', () => {
  const [rule] = parseRules(
    textOf({ name: 'r', description: 'd', match, not: { address: '::1' }, rate: { count: 3, within: '90s' } }),
  )
  assert.equal(rule?.name, 'r')
  assert.equal(rule?.description, 'd')
  assert.deepEqual(rule?.kind, { name: 'rate', count: 3, withinMs: 90_000, quietMs: 3_600_000, by: [] })
})

describe('a mistake is one line', () => {
  const cases: readonly [text: string, expected: RegExp][] = [
    ['{', /^it is no valid JSON: /],
    ['{"rules":[],"rules":[]}', /^it is no valid JSON: /],
    ['[]', /^rules: wanted a list of 1 to 100 rules$/],
    ['{"rules":[]}', /^rules: wanted a list of 1 to 100 rules$/],
    [`{"rule":1,${textOf({ name: 'r', match }).slice(1)}`, /^the file: there is no member rule: wanted rules$/],
    [textOf('r'), /^rule 1: wanted an object$/],
    [textOf({ match }), /^rule 1: name: wanted 1 to 64 letters, digits and hyphens$/],
    [textOf({ name: 'a b', match }), /^rule 1: name: /],
    [textOf({ name: 'r', match }, { name: 'r', match }), /^rule r: there is another of that name$/],
    [textOf({ name: 'r', match, when: 1 }), /^rule r: there is no member when: wanted name, description, /],
    [textOf({ name: 'r', match, description: 1 }), /^rule r: description: wanted a text$/],
    [textOf({ name: 'r' }), /^rule r: match: wanted an object$/],
    [textOf({ name: 'r', match: {} }), /^rule r: match: it is empty$/],
    [textOf({ name: 'r', match: { evnt: 'x' } }), /^rule r: match: there is no member evnt: wanted event, service, /],
    [textOf({ name: 'r', match: { event: 1 } }), /^rule r: match: event: wanted a text or a list of texts$/],
    [textOf({ name: 'r', match: { event: [] } }), /^rule r: match: event: wanted a text or a list of texts$/],
    [textOf({ name: 'r', match: { readOnly: 'true' } }), /^rule r: match: readOnly: wanted true or false$/],
    [textOf({ name: 'r', match: { outcome: 'bad' } }), /^rule r: match: outcome: there is no outcome bad: wanted ok, /],
    [textOf({ name: 'r', match: { tags: {} } }), /^rule r: match: tags: it is empty$/],
    [textOf({ name: 'r', match: { tags: { a: 1 } } }), /^rule r: match: tags: a: wanted a text or a list of texts$/],
    [
      textOf({ name: 'r', match, not: { address: '10.0.0.0/33' } }),
      /^rule r: not: address: 10\.0\.0\.0\/33 is neither /,
    ],
    [
      textOf({ name: 'r', match, rate: { count: 0, within: '1m' } }),
      /^rule r: rate: count: wanted a whole number from 1 /,
    ],
    [textOf({ name: 'r', match, rate: { count: 1.5, within: '1m' } }), /^rule r: rate: count: /],
    [
      textOf({ name: 'r', match, rate: { count: 1, within: '25h' } }),
      /^rule r: rate: within: wanted a time .* at most 1d$/,
    ],
    [textOf({ name: 'r', match, rate: { count: 1, within: 60 } }), /^rule r: rate: within: wanted a time /],
    [
      textOf({ name: 'r', match, rate: { count: 1, within: '1m', per: 'x' } }),
      /^rule r: rate: there is no member per: /,
    ],
    [
      textOf({ name: 'r', match, rate: { count: 1, within: '1m', by: ['x'] } }),
      /^rule r: rate: by: there is no member x: /,
    ],
    [
      textOf({ name: 'r', match, firstUse: { within: '1d' } }),
      /^rule r: firstUse: of: wanted a text or a list of texts$/,
    ],
    [textOf({ name: 'r', match, firstUse: { of: ['address'] } }), /^rule r: firstUse: within: wanted a time /],
    [
      textOf({ name: 'r', match, rate: { count: 1, within: '1m' }, firstUse: { of: ['address'], within: '1d' } }),
      /^rule r: rate and firstUse exclude each other$/,
    ],
  ]
  for (const [text, expected] of cases)
    test(text, () => {
      const mistakes = mistakesOf(text)
      assert.equal(mistakes.length, 1, mistakes.join('\n'))
      assert.match(mistakes[0] ?? '', expected)
    })
})

test('all mistakes are found at once', () =>
  assert.equal(mistakesOf(textOf({ name: 'r', match: { event: 1, x: 'y' } }, { name: 's' })).length, 3))
