import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePolicy } from './parse-policy.ts'
import { namedIds, namedPrincipals, replacePrincipals } from './principals.ts'

const ALICE = 'arn:aws:iam::111122223333:user/alice'
const ROLE = 'arn:aws:iam::111122223333:role/a/reader'
const SESSION = 'arn:aws:sts::111122223333:assumed-role/reader/x'
const rest = '"Effect":"Deny","Action":"*","Resource":"*"'

describe('namedPrincipals', () => {
  const named = (...principals: string[]) =>
    namedPrincipals(parsePolicy(`{"Statement":[${principals.map((one) => `{${rest},${one}}`).join()}]}`, 'resource'))

  test('finds users and roles, excepted ones too, each once', () => {
    assert.deepEqual(
      named(
        `"Principal":{"AWS":["${ALICE}","${ROLE}"]}`,
        `"NotPrincipal":{"AWS":"${ROLE}2"}`,
        `"Principal":{"AWS":"${ALICE}"}`,
      ),
      [ALICE, ROLE, `${ROLE}2`],
    )
  })

  test('leaves out what has no unique id', () => {
    const others = ['*', '111122223333', 'arn:aws:iam::111122223333:root', SESSION, 'AIDA1']
    assert.deepEqual(named(`"Principal":{"AWS":${JSON.stringify(others)},"Service":"a.b"}`, '"Principal":"*"'), [])
    assert.deepEqual(namedPrincipals(parsePolicy(`{"Statement":{${rest}}}`, 'identity')), [])
  })
})

test('namedIds finds unique ids, each once, and nothing else', () => {
  const names = JSON.stringify([ALICE, '*', 'AIDA1', 'AROA2', 'AIDA1'])
  const text = `{"Statement":[{${rest},"Principal":{"AWS":${names}}},{${rest},"NotPrincipal":{"AWS":"AIDA3"}}]}`
  assert.deepEqual(namedIds(parsePolicy(text, 'resource')), ['AIDA1', 'AROA2', 'AIDA3'])
})

describe('replacePrincipals', () => {
  const replace = (text: string) => replacePrincipals(text, (arn) => (arn === ALICE ? 'AIDA1' : undefined))

  test('puts the id in the place of the ARN and leaves everything else', () => {
    const text = `{ "Statement" : [ {\n "Principal": { "AWS" : [ "${ROLE}",\t"${ALICE}" ] }, ${rest} } ] }`
    assert.equal(replace(text), text.replace(ALICE, 'AIDA1'))
  })

  test('does so wherever a principal may stand', () => {
    for (const principal of [`"Principal":{"AWS":"${ALICE}"}`, `"NotPrincipal":{"AWS":["${ALICE}"]}`])
      for (const text of [`{"Statement":{${principal},${rest}}}`, `{"Statement":[{${rest},${principal}}]}`])
        assert.equal(replace(text), text.replace(ALICE, 'AIDA1'))
    const twice = `{"Statement":[{"Principal":{"AWS":"${ALICE}"}},{"Principal":{"AWS":"${ALICE}"}}]}`
    assert.equal(replace(twice), twice.replaceAll(ALICE, 'AIDA1'))
  })

  test('does so for an ARN written with escapes', () => {
    assert.equal(
      replace(`{"Statement":{"Principal":{"AWS":"${ALICE.replaceAll('/', '\\/')}"}}}`),
      '{"Statement":{"Principal":{"AWS":"AIDA1"}}}',
    )
  })

  test('leaves the ARN where it is no principal, and names that are not gone', () => {
    for (const text of [
      `{"Statement":{"Resource":"${ALICE}","Condition":{"ArnEquals":{"aws:PrincipalArn":"${ALICE}"}}}}`,
      `{"Statement":{"Principal":{"Federated":"${ALICE}"},"Sid":"${ALICE}"}}`,
      `{"Id":"${ALICE}","Statement":{"Condition":{"Principal":{"AWS":"${ALICE}"}}}}`,
      `{"Statement":{"Principal":{"AWS":["${ROLE}","*","${SESSION}"]}}}`,
    ])
      assert.equal(replace(text), text)
  })

  test('asks only about users and roles', () => {
    const asked: string[] = []
    const names = JSON.stringify(['*', '111122223333', SESSION, 'AIDA2', ROLE, ALICE])
    replacePrincipals(`{"Statement":{"Principal":{"AWS":${names}}}}`, (arn) => {
      asked.push(arn)
      return undefined
    })
    assert.deepEqual(asked, [ROLE, ALICE])
  })

  test('leaves text alone that is no policy', () => {
    for (const text of ['', 'x', '{"Statement":', '[]']) assert.equal(replace(text), text)
  })
})
