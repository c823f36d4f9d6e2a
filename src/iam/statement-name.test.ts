import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GRANT, statementName } from './statement-name.ts'

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1'
const first = { statement: 0, effect: 'Allow' } as const

describe('the name of a statement', () => {
  const table = [
    [{ ...first, layer: 'identity', policy: 'read' }, 'statement 1 of policy read'],
    [
      { ...first, layer: 'identity', policy: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      'statement 1 of policy AdministratorAccess',
    ],
    [{ ...first, layer: 'identity', policy: 'read', sid: 'ReadApp', statement: 4 }, 'statement ReadApp of policy read'],
    [
      { ...first, layer: 'boundary', policy: 'arn:aws-cn:iam::111122223333:policy/team/limits' },
      'statement 1 of permissions boundary limits',
    ],
    [{ ...first, layer: 'session', policy: 'session policy' }, 'statement 1 of the session policy'],
    [
      { ...first, layer: 'service-control', policy: '/etc/scp.json', statement: 1 },
      'statement 2 of service control policy /etc/scp.json',
    ],
    [
      { ...first, layer: 'resource', policy: 'key policy', sid: 'ReadApp' },
      `statement ReadApp of the key policy of ${KEY}`,
    ],
    [
      { ...first, layer: 'resource', policy: 'key policy', sid: 'Enable IAM policies' },
      `statement "Enable IAM policies" of the key policy of ${KEY}`,
    ],
    [{ ...first, layer: 'trust', policy: 'trust policy of app' }, `statement 1 of the trust policy of ${KEY}`],
    [{ ...first, layer: 'resource', policy: GRANT }, `a grant on ${KEY}`],
  ] as const
  for (const [statement, name] of table) test(`is ${name}`, () => assert.equal(statementName(statement, KEY), name))
})
