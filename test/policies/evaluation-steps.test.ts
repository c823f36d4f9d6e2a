import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PolicyKind } from '../../src/iam/policy.ts'
import { PolicyCache } from '../../src/iam/policy-cache.ts'
import { Authorizer, type Organization } from '../../src/identity/authorize.ts'
import { Evaluation, MAX_REQUEST_STEPS } from '../../src/identity/evaluation.ts'
import { type Principal, rootOf } from '../../src/identity/principal.ts'
import { MAX_HEADER_VALUE } from '../../src/identity/request-context.ts'

const ACCOUNT = '111122223333'
const REGION = 'eu-central-1'
const ME = `arn:aws:iam::${ACCOUNT}:user/reader`
/** Secrets of one batch. */
const SECRETS = 20
/** Decisions about a secret that ends in a refusal: its own, that on its key, and the one that words the refusal. */
const DECISIONS = 3

/** AWS's quotas, characters. */
const MANAGED = 6_144
const USER_INLINE = 2_048
const GROUP_INLINE = 5_120
const SERVICE_CONTROL = 5_120
const SECRET_POLICY = 20_480
const KEY_POLICY = 32_768
const SESSION_INLINE = 2_048

let documents = 0

/** A document of at most so many characters whose patterns all search the value of a key in vain. No two are alike. */
function fullOf(pattern: string, size: number, { key = 'aws:UserAgent', principal = false } = {}): string {
  documents += 1
  const Sid = `Number${documents}`
  const documentOf = (values: readonly string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid,
          Effect: 'Deny',
          ...(principal && { Principal: '*' }),
          Action: '*',
          Resource: '*',
          Condition: { StringLike: { [key]: values } },
        },
        { Effect: 'Allow', ...(principal && { Principal: '*' }), Action: '*', Resource: '*' },
      ],
    })
  const count = Math.floor((size - documentOf([]).length + 1) / (pattern.length + 3))
  return documentOf(Array.from({ length: count }, () => pattern))
}

interface Wanted {
  readonly pattern: string
  readonly key?: string
}

class World {
  readonly cache = new PolicyCache()
  readonly #wanted: Wanted

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  policy(kind: PolicyKind, size: number) {
    const { pattern, key } = this.#wanted
    return { name: kind, policy: this.cache.compile(fullOf(pattern, size, key === undefined ? {} : { key }), kind) }
  }

  document(size: number) {
    const { pattern, key } = this.#wanted
    return fullOf(pattern, size, { principal: true, ...(key !== undefined && { key }) })
  }

  policies(kind: PolicyKind, ...sizes: readonly number[]) {
    return sizes.map((size) => this.policy(kind, size))
  }

  authorizer() {
    const level = this.policies('service-control', ...Array.from({ length: 5 }, () => SERVICE_CONTROL))
    const organization: Organization = { serviceControl: [level] }
    const log = { error: (details: object) => assert.fail(JSON.stringify(details)) }
    return new Authorizer({ policies: this.cache, enforce: true, organization, log })
  }

  /** The user with the most and largest policies that AWS's quotas let one have. */
  largestUser(): Principal {
    const tenManaged = Array.from({ length: 10 }, () => MANAGED)
    const groups = Array.from({ length: 10 }, () => [...tenManaged, GROUP_INLINE]).flat()
    return {
      ...rootOf(ACCOUNT),
      type: 'IAMUser',
      arn: ME,
      principalId: 'AIDAREADER',
      policies: {
        identity: this.policies('identity', ...tenManaged, USER_INLINE, ...groups),
        boundary: this.policy('boundary', MANAGED),
      },
    }
  }

  /** A session whose own part a caller can write who may do nothing else. */
  session(): Principal {
    return {
      ...this.largestUser(),
      policies: {
        identity: this.policies('identity', MANAGED),
        boundary: this.policy('boundary', MANAGED),
        session: this.policies('session', SESSION_INLINE),
      },
    }
  }
}

interface Asked {
  readonly principal: Principal
  readonly authorizer: Authorizer
  readonly evaluation: Evaluation
  readonly agent?: string
  readonly tags?: readonly { Key: string; Value: string }[]
}

function secretQuestion({ principal, evaluation, agent = '', tags = [] }: Asked, name: string, document: string) {
  const resource = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`
  const facts = { region: REGION, now: 0, address: '192.0.2.7', secure: true, agent, evaluation }
  return {
    principal,
    facts,
    action: 'secretsmanager:GetSecretValue',
    resource,
    account: ACCOUNT,
    tags,
    service: 'secretsmanager',
    conditions: { 'secretsmanager:SecretId': resource },
    policy: { document, rule: 'ordinary', name: 'resource policy' } as const,
  }
}

function keyQuestion(asked: Asked, name: string, document: string) {
  return {
    ...secretQuestion(asked, name, document),
    action: 'kms:Decrypt',
    resource: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${name}`,
    service: 'kms',
    policy: { document, rule: 'key', name: 'key policy' } as const,
    via: 'secretsmanager',
  }
}

/** Steps of the decisions on a batch; each secret has a policy of its own, and a key of its own. */
function stepsOfBatch(world: World, asked: Asked, secrets = SECRETS): number {
  const { authorizer, evaluation } = asked
  for (let index = 0; index < secrets; index += 1) {
    assert.ok(authorizer.decide(secretQuestion(asked, `secret-${index}`, world.document(SECRET_POLICY))).allowed)
    assert.ok(authorizer.decide(keyQuestion(asked, `key-${index}`, world.document(KEY_POLICY))).allowed)
  }
  return evaluation.work.steps
}

const agentOf = (length: number) => 'a'.repeat(length)
const started = (world: World, principal: Principal) => ({
  principal,
  authorizer: world.authorizer(),
  evaluation: new Evaluation(),
})

describe('the steps of policy evaluation that a request takes', () => {
  test('are fewer than allowed for the largest policies within the quotas, where values have 128 characters', () => {
    const world = new World({ pattern: '*b*', key: 'aws:ResourceTag/a' })
    const tags = [{ Key: 'a', Value: 'a'.repeat(128) }]
    const oneSecret = stepsOfBatch(world, { ...started(world, world.largestUser()), tags }, 1)
    // Half of it is for one of two decisions.
    const worst = (oneSecret / 2) * DECISIONS * SECRETS
    assert.ok(worst < MAX_REQUEST_STEPS, String(worst))
    assert.ok(worst > MAX_REQUEST_STEPS / 2, 'the limit rests on an estimate that is far above the worst')
  })

  test('are fewer than allowed for the largest policies within the quotas, where headers have 512 characters', () => {
    const world = new World({ pattern: '*b*' })
    const asked = { ...started(world, world.largestUser()), agent: agentOf(512) }
    assert.ok(stepsOfBatch(world, asked) < MAX_REQUEST_STEPS / 4)
  })

  test('are few for what a caller can write: policies of 20 secrets and a session, and the largest header', () => {
    const characters = SECRETS * (SECRET_POLICY + KEY_POLICY) + 2 * MANAGED + SESSION_INLINE + 5 * SERVICE_CONTROL
    for (const pattern of ['*b*', `*?${'a'.repeat(30)}b*`]) {
      const world = new World({ pattern })
      const steps = stepsOfBatch(world, { ...started(world, world.session()), agent: agentOf(MAX_HEADER_VALUE) })
      // Each pattern searches the header once; one with gaps compares 32 characters of it in a step.
      const searches = characters / (pattern.length + 3)
      const words = pattern.includes('?') ? Math.ceil(pattern.length / 32) : 1
      assert.ok(steps <= searches * words * (MAX_HEADER_VALUE + pattern.length) * 1.01, `${pattern}: ${steps}`)
      assert.ok(steps < MAX_REQUEST_STEPS / 2, `${pattern}: ${steps}`)
    }
  })

  test('are next to none for a header of 14,000 characters, because conditions do not search it', () => {
    const world = new World({ pattern: `*?${'a'.repeat(30)}b*` })
    const asked = { ...started(world, world.session()), agent: agentOf(14_000) }
    const question = secretQuestion(asked, 'secret', world.document(SECRET_POLICY))
    assert.equal(asked.authorizer.decide(question).allowed, false)
    assert.ok(asked.evaluation.work.steps < 1_000)
  })

  test('are those of one decision for a question that is repeated', () => {
    const world = new World({ pattern: '*b*' })
    const asked = { ...started(world, world.session()), agent: agentOf(MAX_HEADER_VALUE) }
    const { authorizer, evaluation } = asked
    const document = world.document(SECRET_POLICY)
    const ask = (name: string) => authorizer.decide(secretQuestion(asked, name, document))
    const first = ask('secret')
    const { steps } = evaluation.work
    for (let time = 1; time < SECRETS; time += 1) assert.equal(ask('secret'), first)
    assert.equal(evaluation.work.steps, steps)
    // Another tag, action, Region, version, policy or service in between is another question.
    const question = secretQuestion(asked, 'secret', document)
    const others = [
      { ...question, tags: [{ Key: 'team', Value: 'blue' }] },
      { ...question, action: 'secretsmanager:DescribeSecret' },
      { ...question, conditions: { 'secretsmanager:VersionId': 'one' } },
      { ...question, facts: { ...question.facts, region: 'eu-west-1' } },
      { ...question, policy: { ...question.policy, document: world.document(1_000) } },
      { ...question, via: 'secretsmanager' },
    ]
    for (const other of others) assert.notEqual(authorizer.decide(other), first)
  })

  test('are the same every time, whatever was decided before', () => {
    const world = new World({ pattern: '*?b*' })
    const asked = { ...started(world, world.session()), agent: agentOf(100) }
    const document = world.document(SECRET_POLICY)
    const steps = [1, 2, 3].map(() => {
      const evaluation = new Evaluation()
      asked.authorizer.decide(secretQuestion({ ...asked, evaluation }, 'secret', document))
      return evaluation.work.steps
    })
    assert.ok((steps[0] ?? 0) > SECRET_POLICY)
    assert.equal(new Set(steps).size, 1)
  })
})
