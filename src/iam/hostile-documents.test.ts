import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePolicy } from './compile-policy.ts'
import { contextKeysOf } from './context-keys.ts'
import { evaluate } from './evaluate.ts'
import { explain } from './explain.ts'
import { MAX_POLICY_CHARACTERS, parsePolicy, parseStoredPolicy } from './parse-policy.ts'
import type { ContextValue } from './request.ts'

// Harm prevented: a document that somebody may save or simulate, made so that reading or deciding it takes more than its length is worth. What
// grows faster than that does not end here in any time that a test run has; the rest is held to results and counted look-ups.

const ACCOUNT = '111122223333'
const ACTION = 's3:getobject'
const NAME = 'a'.repeat(2000)
const RESOURCE = `arn:aws:s3:::${NAME}`

const documentOf = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more })
const deny = (more: object = {}) => ({ ...allow(more), Effect: 'Deny' })
const onBucket = (pattern: string) => documentOf(allow({ Resource: `arn:aws:s3:::${pattern}` }))
const times = <T>(count: number, one: (at: number) => T) => Array.from({ length: count }, (_, at) => one(at))
const variable = (key: string) => `\${${key}}`
/** Longest repetition that leaves room for the rest of a document. */
const filled = (piece: string) => piece.repeat(Math.floor((MAX_POLICY_CHARACTERS - 1000) / piece.length))

/** Decides a request by a document alone, and counts how often it asks for values of condition keys. */
function decide(document: string, values: Readonly<Record<string, ContextValue>> = {}) {
  assert.ok(document.length <= MAX_POLICY_CHARACTERS, `a document of ${document.length} characters`)
  let lookUps = 0
  const get = (key: string) => {
    lookUps += 1
    return values[key]
  }
  const request = {
    principal: { type: 'user', account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/u`, id: 'AIDAU' },
    action: 's3:GetObject',
    resource: RESOURCE,
    resourceAccount: ACCOUNT,
    context: { get },
  } as const
  const parsed = parseStoredPolicy(document, 'identity')
  const policies = { identity: [{ name: 'hostile', policy: compilePolicy(parsed) }] }
  const { allowed, by } = evaluate(request, policies)
  const lookedUp = lookUps
  const explained = explain(request, policies)
  assert.equal(explained.decision.allowed, allowed)
  assert.equal(explained.statements.length, parsed.statements.length)
  return { allowed, by, lookUps: lookedUp, keys: contextKeysOf(parsed) }
}

describe('refused is a document', () => {
  const nested = (depth: number) => `{"Statement":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const INVALID = 'This policy contains invalid Json'
  const SYNTAX = 'Syntax errors in policy.'
  const refused: readonly [what: string, document: string, message: string | RegExp][] = [
    [
      'longer than any may be',
      documentOf(allow()).padEnd(MAX_POLICY_CHARACTERS + 1),
      `Maximum policy size of ${MAX_POLICY_CHARACTERS} bytes exceeded`,
    ],
    ['with lists in lists', nested(40), INVALID],
    ['with as many lists in lists as fit', nested(65_000), INVALID],
    ['of lists that are not closed', `{"Statement":${filled('[')}`, INVALID],
    ['of objects that are not closed', filled('{"a":'), INVALID],
    ['of one string that does not end', `{"Version":"${filled('\\\\')}`, INVALID],
    ['of white space alone', filled(' '), INVALID],
    ['of ten thousand statements of one character', `{"Statement":[${times(10_000, () => '1').join()}]}`, SYNTAX],
    ['of as many empty statements as fit', `{"Statement":[${filled('{},')}{}]}`, SYNTAX],
    ['of members that nobody knows', `{${times(10_000, (at) => `"m${at}":1`).join()}}`, SYNTAX],
    ['of one member many times', `{${times(10_000, () => '"m":1').join()}}`, SYNTAX],
    [
      'of statements with one Sid',
      documentOf(...times(1500, () => allow({ Sid: 'a' }))),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      'with an action of nothing but colons',
      documentOf(allow({ Action: filled(':') })),
      'Actions/Condition can contain only one colon.',
    ],
    ['with a resource of nothing but colons', documentOf(allow({ Resource: filled(':') })), /must be in ARN format/],
    [
      'with a resource of nothing but variables',
      documentOf(allow({ Resource: filled(variable('a')) })),
      /must be in ARN format/,
    ],
    [
      'with an operator of nothing but sets',
      documentOf(allow({ Condition: { [filled('ForAnyValue:')]: {} } })),
      SYNTAX,
    ],
  ]
  for (const [what, document, message] of refused)
    test(what, () => assert.throws(() => parsePolicy(document, 'identity'), { name: 'PolicyError', message }))
})

describe('decided as it says is a document', () => {
  const patterns: readonly [what: string, pattern: string, fits: boolean][] = [
    ['whose wildcards could lie anywhere', `${filled('a*')}b`, false],
    ['of wildcards alone', filled('*'), true],
    ['whose wildcards follow gaps', `${'*?'.repeat(1500)}b`, false],
    ['of as many gaps as the name has characters', '?'.repeat(NAME.length), true],
    ['of more gaps than the name has characters', filled('?'), false],
    ['of a long piece that is nearly everywhere', `*${'a'.repeat(1000)}b*`, false],
    ['of a long piece with a gap that is nearly everywhere', `*${'a'.repeat(500)}?${'a'.repeat(500)}b*`, false],
    ['of many pieces that are nearly everywhere', `*${`${'a'.repeat(30)}b*`.repeat(3000)}`, false],
    ['that would be exponential as an expression', filled('(a+)+'), false],
    ['with variables that are not closed', filled('${'), false],
    ['with defaults that are not closed', filled("${a,'"), false],
    ['with escapes alone', filled(variable('*')), false],
  ]
  for (const [what, pattern, fits] of patterns)
    test(`with a resource ${what}`, () => assert.equal(decide(onBucket(pattern)).allowed, fits))

  test('with an action of wildcards and gaps', () => {
    assert.equal(decide(documentOf(allow({ Action: `s3:${filled('*?')}` }))).allowed, false)
    assert.equal(decide(documentOf(allow({ Action: `s3:${filled('*')}t` }))).allowed, true)
  })

  test('with variables that together would be megabytes', () => {
    const { allowed, lookUps, keys } = decide(onBucket(filled(variable('aws:x'))), { 'aws:x': NAME })
    assert.deepEqual([allowed, keys], [false, ['aws:x']])
    // The first two are longer than what could fit.
    assert.ok(lookUps <= 2, `${lookUps} look-ups`)
  })

  test('of as many statements as fit, the last of which decides', () => {
    const Statement = [...times(1800, (at) => allow({ Sid: `s${at}` })), deny({ Action: ACTION })]
    const { allowed, by } = decide(documentOf(...Statement))
    assert.deepEqual([allowed, by.map(({ statement }) => statement)], [false, [1800]])
  })

  test('of statements that all deny', () => {
    assert.equal(decide(documentOf(...times(1800, () => deny()))).by.length, 1800)
  })

  test('of statements with a condition, each of which is looked up once', () => {
    const statements = times(1000, (at) => allow({ Condition: { Bool: { [`custom:key-${at}`]: 'true' } } }))
    const { allowed, lookUps, keys } = decide(documentOf(...statements))
    assert.deepEqual([allowed, lookUps, keys.length], [false, 1000, 1000])
  })

  test('with tens of thousands of actions, resources or names', () => {
    const Action = times(10_000, (at) => `s3:a${at}`)
    assert.equal(decide(documentOf(allow({ Action }))).allowed, false)
    assert.equal(decide(documentOf(allow({ Action: [...Action, ACTION] }))).allowed, true)
    const Resource = times(5000, (at) => `arn:aws:s3:::*b${at}*`)
    assert.equal(decide(documentOf(allow({ Resource }))).allowed, false)
    assert.equal(decide(documentOf(allow({ Resource: [...Resource, RESOURCE] }))).allowed, true)
  })

  test('with long lists of values for a request with long lists of values, looked up once', () => {
    const values = times(10_000, (at) => `*b${at}*`)
    const given = { 'custom:list': times(100, (at) => `${'a'.repeat(100)}${at}`) }
    const condition = (operator: string) => documentOf(allow({ Condition: { [operator]: { 'custom:list': values } } }))
    const any = decide(condition('ForAnyValue:StringLike'), given)
    assert.deepEqual([any.allowed, any.lookUps], [false, 1])
    const none = decide(condition('ForAllValues:StringNotLike'), given)
    assert.deepEqual([none.allowed, none.lookUps], [true, 1])
  })

  const valued = (operator: string, value: string) =>
    documentOf(allow({ Condition: { [operator]: { 'custom:value': value } } }))
  const given = { 'custom:value': '1' }

  const readable: readonly [what: string, operator: string, value: string, allowed: boolean][] = [
    ['a number of many digits', 'NumericLessThan', filled('9'), true],
    ['an ARN of many colons', 'ArnLike', filled(':'), false],
    ['an ARN of many wildcards', 'ArnLike', `arn:aws:s3:::${filled('*?')}`, false],
  ]
  for (const [what, operator, value, allowed] of readable)
    test(`with ${what}`, () => {
      const decided = decide(valued(operator, value), given)
      assert.deepEqual([decided.allowed, decided.lookUps], [allowed, 1])
    })

  const unreadable: readonly [what: string, operator: string, value: string][] = [
    ['a number with a great exponent', 'NumericLessThan', '1e999999999'],
    ['a date of many digits', 'DateGreaterThan', filled('9')],
    ['a date of many parts', 'DateGreaterThan', filled('1-')],
    ['an address of many colons', 'IpAddress', filled(':')],
    ['a block of many slashes', 'IpAddress', filled('/')],
    ['base64 of one character too many', 'BinaryEquals', `${filled('QUJD')}Q`],
    ['a boolean of many letters', 'Bool', filled('true')],
  ]
  for (const [what, operator, value] of unreadable)
    test(`with ${what}, which is refused when it is saved and allows nothing when it was saved before`, () => {
      const document = valued(operator, value)
      assert.throws(() => parsePolicy(document, 'identity'), { message: 'The policy failed legacy parsing' })
      const decided = decide(document, given)
      assert.deepEqual([decided.allowed, decided.lookUps], [false, 0])
    })
})
