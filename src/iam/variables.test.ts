// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ANY, ONE } from './match.ts'
import { hasValues, literalOf, parseTemplate, resolveTemplate } from './variables.ts'

const context = new Map<string, string | string[]>([
  ['aws:username', 'alice'],
  ['aws:principaltag/team', '*'],
  ['aws:tagkeys', ['a']],
  ['aws:empty', ''],
  ['aws:broken', `x${ANY}`],
])
const resolve = (text: string, { wildcards = false, longest = 100, emptyIsNone = false } = {}) =>
  resolveTemplate(parseTemplate(text, { variables: true, wildcards }), context, { longest, emptyIsNone })

describe('a template', () => {
  const table: readonly [text: string, resolved: string | undefined][] = [
    ['', ''],
    ['plain', 'plain'],
    ['${aws:username}', 'alice'],
    ['a-${aws:username}-b', 'a-alice-b'],
    ['${aws:username}${aws:username}', 'alicealice'],
    ['${AWS:UserName}', 'alice'],
    ['${ aws:username }', 'alice'],
    ["${aws:username, 'bob'}", 'alice'],
    ["${aws:other, 'bob'}", 'bob'],
    ["${aws:other,'bob'}", 'bob'],
    ["${aws:other, ''}", ''],
    ["${aws:other, 'b}o{b'}", 'b}o{b'],
    ["${aws:other, 'b, c'}", 'b, c'],
    ['${aws:empty}', ''],
    ["${aws:empty, 'x'}", ''],
    ['${aws:other}', undefined],
    ['${aws:username}${aws:other}', undefined],
    ['${aws:tagkeys}', undefined],
    ["${aws:tagkeys, 'x'}", undefined],
    ['${aws:broken}', undefined],
    ['${*}', '*'],
    ['${?}', '?'],
    ['${$}', '$'],
    ['${$}{aws:username}', '${aws:username}'],
    ['${}', undefined],
    ['${ }', undefined],
    ['${aws:username', undefined],
    ['${*', undefined],
    ['${${aws:username}}', undefined],
    ["${aws:other, 'x}", undefined],
    ["${aws:other, 'x'", undefined],
    ["${aws:other 'x'}", undefined],
    ['${aws:other, x}', undefined],
    ["${aws:other, 'x' y}", undefined],
    ['$', '$'],
    ['$aws:username', '$aws:username'],
    ['{aws:username}', '{aws:username}'],
    ['a}', 'a}'],
    ['*?', '*?'],
  ]
  for (const [text, resolved] of table)
    test(`${JSON.stringify(text)} becomes ${resolved === undefined ? 'nothing' : JSON.stringify(resolved)}`, () =>
      assert.equal(resolve(text), resolved))

  test('has wildcards where it has them itself, and nowhere else', () => {
    assert.equal(resolve('a*?', { wildcards: true }), `a${ANY}${ONE}`)
    assert.equal(resolve('*${aws:principaltag/team}', { wildcards: true }), `${ANY}*`)
    assert.equal(resolve('${*}${?}', { wildcards: true }), '*?')
    assert.equal(resolve("${aws:other, '*'}", { wildcards: true }), '*')
  })

  test('whose variables alone are longer than what could fit is none', () => {
    assert.equal(resolve('user ${aws:username}', { longest: 5 }), 'user alice')
    assert.equal(resolve('user ${aws:username}', { longest: 4 }), undefined)
    // In full this would be longer than any text can be.
    const long = new Map([['aws:useragent', 'x'.repeat(30_000)]])
    const template = parseTemplate('${aws:UserAgent}'.repeat(30_000), { variables: true, wildcards: false })
    assert.equal(resolveTemplate(template, long, { longest: 60_000, emptyIsNone: false }), undefined)
  })

  test('takes an empty text for no value where that is asked for', () => {
    const resource = { emptyIsNone: true }
    assert.equal(resolve('a${aws:empty}b', resource), undefined)
    assert.equal(resolve("a${aws:empty, 'x'}b", resource), 'axb')
    assert.equal(resolve("a${aws:other, ''}b", resource), 'ab')
    assert.equal(resolve("a${aws:empty, ''}b", resource), 'ab')
  })

  test('has values exactly when it resolves to a text of any length', () => {
    const pieces = fc.array(
      fc.constantFrom('${', '}', "'", ',', ' ', 'aws:username', 'aws:empty', 'aws:other', 'aws:tagkeys', '*'),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(pieces, fc.boolean(), (parts, emptyIsNone) => {
        const template = parseTemplate(parts.join(''), { variables: true, wildcards: false })
        const resolved = resolveTemplate(template, context, { longest: 1000, emptyIsNone })
        assert.equal(hasValues(template, context, { emptyIsNone }), resolved !== undefined)
      }),
      { numRuns: 2000 },
    )
  })

  test('without variables is its text', () => {
    const reading = { variables: false, wildcards: false }
    assert.equal(literalOf(parseTemplate('${aws:username}${*}', reading)), '${aws:username}${*}')
    assert.equal(literalOf(parseTemplate('', reading)), '')
  })

  test('of nothing but escapes needs no request', () => {
    assert.equal(literalOf(parseTemplate('a${*}b', { variables: true, wildcards: true })), 'a*b')
    assert.equal(literalOf(parseTemplate('a${x}b', { variables: true, wildcards: true })), undefined)
  })

  test('is taken apart whatever the text', () => {
    const pieces = fc.array(fc.constantFrom('${', '}', "'", ',', ' ', 'a', '*', '$', '?'), { maxLength: 12 })
    fc.assert(
      fc.property(pieces, (parts) => {
        const resolved = resolve(parts.join(''))
        assert.ok(resolved === undefined || typeof resolved === 'string')
      }),
      { numRuns: 2000 },
    )
  })
})
