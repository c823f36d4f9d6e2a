import { evaluate, type NamedPolicy } from '../src/iam/evaluate.ts'
import { PolicyCache } from '../src/iam/policy-cache.ts'
import { Evaluation } from '../src/identity/evaluation.ts'
import { rootOf } from '../src/identity/principal.ts'
import { RequestConditions } from '../src/identity/request-context.ts'

const POLICIES = 10
const STATEMENTS = 10
const SECRETS = 20
const ACCOUNT = '111122223333'
const PREFIX = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:`

/**
 * Decisions a second for a batch of 20 secrets under 10 policies of 10 statements: patterns, tags and a deny that looks at the address, of which the
 * last statement allows. Each decision looks at all of them.
 */
export function decisionsPerSecond(milliseconds: number): number {
  const cache = new PolicyCache()
  const identity = Array.from({ length: POLICIES }, (_, index) => policy(index, cache))
  const requests = Array.from({ length: SECRETS }, (_, index) => request(index))
  const end = performance.now() + milliseconds
  const start = performance.now()
  let decided = 0
  while (performance.now() < end) {
    for (const one of requests)
      if (!evaluate(one, { identity }).allowed) throw new Error('every secret is to be allowed')
    decided += SECRETS
  }
  return decided / ((performance.now() - start) / 1000)
}

function policy(index: number, cache: PolicyCache): NamedPolicy {
  const Statement = Array.from({ length: STATEMENTS }, (_, statement) => {
    const number = index * STATEMENTS + statement
    if (number === POLICIES * STATEMENTS - 1)
      return {
        Effect: 'Allow',
        Action: 'secretsmanager:Get*',
        Resource: `${PREFIX}prod/*`,
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } },
      }
    if (statement === 0)
      return {
        Effect: 'Deny',
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        Resource: '*',
        Condition: { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.0.2.0/24'] } },
      }
    return {
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      Resource: `${PREFIX}team-${number}/*`,
    }
  })
  const document = JSON.stringify({ Version: '2012-10-17', Statement })
  return { name: `policy-${index}`, policy: cache.compile(document, 'identity') }
}

function request(index: number) {
  const resource = `${PREFIX}prod/service-${index}-AbCdEf`
  const principal = rootOf(ACCOUNT)
  return {
    principal: {
      type: 'user',
      account: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:user/reader`,
      id: 'AIDAREADER',
    } as const,
    action: 'secretsmanager:GetSecretValue',
    resource,
    resourceAccount: ACCOUNT,
    context: new RequestConditions({
      principal,
      facts: {
        region: 'eu-central-1',
        now: Date.now(),
        address: '192.0.2.7',
        secure: true,
        agent: 'bench',
        evaluation: new Evaluation(),
      },
      account: ACCOUNT,
      tags: [{ Key: 'team', Value: 'blue' }],
      service: 'secretsmanager',
      conditions: { 'secretsmanager:SecretId': resource },
    }),
  }
}
