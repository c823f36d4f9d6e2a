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
const Name = 'statement ReadTeam of policy read-team'
const read = { Layer: 'identity', Policy: 'read-team', Statement: 2, Sid: 'ReadTeam', Effect: 'Allow', Name }
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
  Further: [],
  Statements: [{ ...read, ...fit, Matched: false, Mismatch }],
}
const allowed: Explained = {
  Enforced: true,
  Anyone: false,
  DecidedOn: RESOURCE,
  Allowed: true,
  ResourceExists: true,
  DecidedBy: [read],
  Further: [],
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
      '  Allow: statement ReadTeam of policy read-team: does not fit',
      '      condition: StringEquals aws:ResourceTag/team: the request has red; wanted blue',
      '',
    ])
  })

  test('of an allow says which statement it was', () => {
    assert.deepEqual(lines(allowed), [
      `ALLOWED: user/bob may call secretsmanager:GetSecretValue on ${RESOURCE}.`,
      '',
      'Decided by',
      '  Allow: statement ReadTeam of policy read-team',
      '',
      'Looked at',
      '  Allow: statement ReadTeam of policy read-team: fits',
      '',
    ])
  })

  test('of an explicit deny names the statement, and misses nothing', () => {
    const deny = { ...read, Sid: undefined, Effect: 'Deny', Name: 'statement 2 of policy read-team' }
    const text = explanationText(
      { ...denied, Reason: 'with an explicit deny in an identity-based policy', DecidedBy: [deny], Statements: [] },
      question,
      200,
    )
    assert.match(text, /, with an explicit deny in an identity-based policy\.\n/)
    assert.match(text, /\nDecided by\n {2}Deny: statement 2 of policy read-team\n/)
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
    const handing = { ...read, ...fit, Name: 'statement 1 of the key policy of arn:x', HandsOver: true }
    assert.ok(
      lines({ ...denied, Statements: [handing] }).includes(
        '  Allow: statement 1 of the key policy of arn:x: fits, and leaves it to the policies of the account',
      ),
    )
  })

  const key = 'arn:aws:kms:us-east-1:111122223333:key/1'
  const decrypt = { Action: 'kms:Decrypt', Resource: key, DecidedBy: [], Statements: [] }
  const Reason = 'because no identity-based policy allows the kms:Decrypt action'

  test('names the key that the call needs and does not get', () => {
    const Statements = [{ ...read, ...fit, Matched: false, Mismatch }]
    const found = lines({ ...allowed, Allowed: false, Reason, Further: [{ ...decrypt, Allowed: false, Statements }] })
    assert.equal(
      found[0],
      `DENIED: user/bob may not call secretsmanager:GetSecretValue on ${RESOURCE}, ${Reason} on ${key}.`,
    )
    const at = found.indexOf(`Needs kms:Decrypt on ${key}, which is denied`)
    assert.deepEqual(found.slice(at + 1, at + 3), [
      '  Allow: statement ReadTeam of policy read-team: does not fit',
      '      condition: StringEquals aws:ResourceTag/team: the request has red; wanted blue',
    ])
  })

  test('names the statement that allows the key, and the key without which a call goes on', () => {
    const DecidedBy = [{ ...read, Name: 'statement ReadApp of the key policy of arn:x' }]
    const found = lines({
      ...allowed,
      Further: [
        { ...decrypt, Allowed: true, DecidedBy },
        { ...decrypt, Allowed: false },
      ],
    })
    const at = found.indexOf(`Needs kms:Decrypt on ${key}, which is allowed by`)
    assert.equal(found[at + 1], '  Allow: statement ReadApp of the key policy of arn:x')
    assert.ok(found.includes(`Goes without kms:Decrypt on ${key}, which is denied`))
  })

  test('of a call that policies allow and that fails all the same says why', () => {
    assert.equal(
      lines({ ...allowed, Allowed: false, Refusal: `${key} is disabled.` })[0],
      `REFUSED: policies let user/bob call secretsmanager:GetSecretValue on ${RESOURCE}, but the call fails now: ${key} is disabled.`,
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
        Statements: [{ ...read, ...fit, Name: 'a\rb', Matched: false, Mismatch: { Part: 'condition', Detail } }],
      },
      question,
      80,
    )
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  })
})
