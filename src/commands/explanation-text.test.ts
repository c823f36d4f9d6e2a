import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Explained, explanationText } from './explanation-text.ts'

const RESOURCE = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf'
const question = {
  principal: 'arn:aws:iam::111122223333:user/bob',
  action: 'secretsmanager:GetSecretValue',
  resource: RESOURCE,
  region: 'us-east-1',
}
const fit = { Matched: true, HandsOver: false }
const read = { Layer: 'identity', Policy: 'read-team', Statement: 2, Sid: 'ReadTeam', Effect: 'Allow' }
const Mismatch = { Part: 'condition', Detail: 'StringEquals aws:ResourceTag/team: the request has red; wanted blue' }

const denied: Explained = {
  Enforced: true,
  Anyone: false,
  DecidedOn: RESOURCE,
  Allowed: false,
  Reason: 'because no identity-based policy allows the secretsmanager:GetSecretValue action',
  Missing: 'No identity-based policy allows it.',
  ResourceExists: true,
  DecidedBy: [],
  Statements: [{ ...read, ...fit, Matched: false, Mismatch }],
}
const allowed: Explained = {
  Enforced: true,
  Anyone: false,
  DecidedOn: RESOURCE,
  Allowed: true,
  ResourceExists: true,
  DecidedBy: [read],
  Statements: [{ ...read, ...fit }],
}
const lines = (explained: Explained, width = 400) => explanationText(explained, question, width).split('\n')

describe('an explanation', () => {
  test('of a refusal says what was missing and what did not fit', () => {
    assert.deepEqual(lines(denied), [
      `DENIED: user/bob may not call secretsmanager:GetSecretValue on ${RESOURCE}, because no identity-based policy allows the secretsmanager:GetSecretValue action.`,
      '',
      'Missing: No identity-based policy allows it.',
      '',
      'Looked at',
      '  identity: statement 2 (ReadTeam) of read-team, Allow: does not fit',
      '      condition: StringEquals aws:ResourceTag/team: the request has red; wanted blue',
      '',
    ])
  })

  test('of an allow says which statement it was', () => {
    assert.deepEqual(lines(allowed), [
      `ALLOWED: user/bob may call secretsmanager:GetSecretValue on ${RESOURCE}.`,
      '',
      'Decided by',
      '  identity: statement 2 (ReadTeam) of read-team, Allow',
      '',
      'Looked at',
      '  identity: statement 2 (ReadTeam) of read-team, Allow: fits',
      '',
    ])
  })

  test('of an explicit deny names the statement, and misses nothing', () => {
    const deny = { ...read, Sid: undefined, Effect: 'Deny' }
    const text = explanationText(
      { ...denied, Reason: 'with an explicit deny in an identity-based policy', DecidedBy: [deny], Statements: [] },
      question,
      200,
    )
    assert.match(text, /, with an explicit deny in an identity-based policy\.\n/)
    assert.match(text, /\nDecided by\n {2}identity: statement 2 of read-team, Deny\n/)
    assert.doesNotMatch(text, /Missing/)
  })

  test('says where there is no such resource, and where no policy has a say', () => {
    const text = explanationText({ ...denied, ResourceExists: false, Statements: [] }, question, 200)
    assert.match(text, /\nThere is no such resource in us-east-1: /)
    assert.match(text, /\nNo policy concerns user\/bob\.\n$/)
  })

  test('says where nobody is held to policies, where everybody may, and where a statement leaves it to others', () => {
    const [first] = lines({ ...denied, Enforced: false })
    assert.equal(first, 'This Coffer does not enforce policies: this is what they would say if it did.')
    const [anyone] = lines({ ...allowed, Anyone: true })
    assert.match(anyone ?? '', /^ALLOWED: everybody may call /)
    const handing = { ...read, ...fit, Layer: 'resource', HandsOver: true }
    assert.ok(
      lines({ ...denied, Statements: [handing] }).includes(
        '  resource: statement 2 (ReadTeam) of read-team, Allow: fits, and leaves it to the policies of the account',
      ),
    )
  })

  test('of an action without a resource is about no resource', () => {
    assert.match(lines({ ...allowed, DecidedOn: '*' })[0] ?? '', / on \*\.$/)
  })

  for (const width of [1, 20, 40, 80, 120])
    test(`fits ${width} columns, apart from what cannot be broken`, () => {
      for (const explained of [denied, allowed])
        for (const line of lines(explained, width)) assert.ok(line.length <= width || /^ *\S+$/.test(line), line)
    })

  test('steers no terminal, whatever stands in a policy', () => {
    const Detail = 'StringEquals aws:UserAgent: wanted \x1b]0;x\x07\x9b31m\u202e'
    const text = explanationText(
      {
        ...denied,
        Statements: [{ ...read, ...fit, Policy: 'a\rb', Matched: false, Mismatch: { Part: 'condition', Detail } }],
      },
      question,
      80,
    )
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  })
})
