import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { BatchGetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager'
import { askCoffer } from '../../ask-coffer.ts'
import { startApp } from '../../start-app.ts'

/** Characters of the largest policy of a secret. */
const SECRET_POLICY = 20_480
/** One decision on `HOSTILE` with the largest header that conditions see takes more than half of it. */
const MAX_STEPS = 2_000_000

const READER = 'arn:aws:iam::111122223333:user/reader'

/** A policy of the largest size whose patterns all search the User-Agent in vain. */
const HOSTILE = (() => {
  const pattern = `*?${'a'.repeat(30)}b*`
  const documentOf = (values: readonly string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Principal: { AWS: READER },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
        Condition: { StringLike: { 'aws:UserAgent': values } },
      },
    })
  const count = Math.floor((SECRET_POLICY - documentOf([]).length) / (pattern.length + 3))
  return documentOf(Array.from({ length: count }, () => pattern))
})()

describe('policies of secrets that are made to take long', async () => {
  const app = await startApp({ maxSteps: MAX_STEPS })
  after(() => app.close())
  const arns: string[] = []
  for (const Name of ['prod/one', 'prod/two']) {
    const { ARN = '' } = await app.client.createSecret({ Name, SecretString: `value of ${Name}` })
    arns.push(ARN)
  }
  const reading = { Effect: 'Allow', Action: 'secretsmanager:*GetSecretValue', Resource: '*' }
  const credentials = await app.user('reader', [[reading]])
  // Two statements of one kind would share what was found out about the header.
  for (const [index, SecretId] of arns.entries())
    await app.client.putResourcePolicy({ SecretId, ResourcePolicy: HOSTILE.replace('{', `{"Id":"${index}",`) })
  const clientWith = (length: number) => app.clientFor({ credentials, customUserAgent: 'a'.repeat(length) })
  const [one = '', two = ''] = arns
  const values = ({ SecretValues = [] }: BatchGetSecretValueCommandOutput) => SecretValues.map(({ Name }) => Name)

  test('are evaluated once for a secret that a batch names 20 times, which is recorded 20 times', async () => {
    const SecretIdList = Array.from({ length: 20 }, (_, index) => ['prod/one', one, one.slice(0, -7)][index % 3] ?? '')
    const output = await clientWith(1_700).batchGetSecretValue({ SecretIdList })
    assert.deepEqual(output.Errors, [])
    assert.deepEqual(
      values(output),
      SecretIdList.map(() => 'prod/one'),
    )
    const [record] = await app.trail(1)
    assert.deepEqual(
      record?.items?.map(({ id, arn, error }) => [id, arn, error]),
      SecretIdList.map((id) => [id, one, undefined]),
    )
  })

  test('end in AccessDeniedException and one line of the log, once a request has taken all its steps', async () => {
    app.logged.length = 0
    const output = await clientWith(1_700).batchGetSecretValue({ SecretIdList: [one, two, 'prod/one'] })
    assert.deepEqual(values(output), ['prod/one', 'prod/one'])
    const Message = `User: ${READER} is not authorized to perform: secretsmanager:GetSecretValue because the request takes more than ${MAX_STEPS} steps of policy evaluation`
    assert.deepEqual(output.Errors, [{ SecretId: two, ErrorCode: 'AccessDeniedException', Message }])
    const [line, ...more] = app.logged.filter(({ message }) => message.includes('steps'))
    assert.deepEqual(more, [])
    const [record] = await app.trail(1)
    assert.equal(line?.level, 'warn')
    assert.deepEqual(line.details, { requestId: record?.id, caller: READER, maxSteps: MAX_STEPS })
    assert.deepEqual(
      record?.items?.map(({ id, error }) => [id, error?.code]),
      [
        [one, undefined],
        [two, 'AccessDeniedException'],
        ['prod/one', undefined],
      ],
    )
  })

  test('leave the next request all its steps', async () => {
    for (const SecretId of [one, two]) {
      const { SecretString } = await clientWith(1_700).getSecretValue({ SecretId })
      assert.match(SecretString ?? '', /^value of prod/)
    }
  })

  test('deny a request whose User-Agent is longer than conditions see', async () => {
    const output = await clientWith(6_000).batchGetSecretValue({ SecretIdList: [one, two] })
    assert.deepEqual(
      output.Errors?.map(({ Message }) => Message),
      [one, two].map(
        (arn) =>
          `User: ${READER} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${arn} with an explicit deny in a resource-based policy`,
      ),
    )
  })

  test('are explained within the same bound, and the refusal says so', async () => {
    const explain = (characters: number) =>
      askCoffer(app, 'ExplainAccess', {
        PrincipalArn: READER,
        Action: 'secretsmanager:GetSecretValue',
        ResourceArn: one,
        Context: [{ Key: 'aws:UserAgent', Values: ['a'.repeat(characters)] }],
      })
    assert.equal((await explain(100)).json.Allowed, true)
    const { status, json } = await explain(2_048)
    assert.equal(status, 400)
    assert.match(json.Message, /more than 2000000 steps of policy evaluation$/)
  })

  async function readerPages(): Promise<string[][]> {
    const pages: string[][] = []
    for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
      const { json } = await askCoffer(app, 'ListSecretReaders', { SecretId: one, ...(NextToken && { NextToken }) })
      pages.push(json.Readers.map(({ PrincipalArn }: { PrincipalArn: string }) => PrincipalArn))
      NextToken = json.NextToken
    }
    return pages
  }

  test('leave each user and role that is looked at for the readers of a secret its own steps, and end pages early', async () => {
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
    const searching = Array.from({ length: 3_000 }, () => 'arn:aws:secretsmanager:*:*:secret:*?z*')
    for (let index = 0; index < 20; index += 1)
      await app.user(`other-${index}`, [[everything, { ...everything, Effect: 'Deny', Resource: searching }]])
    const pages = await readerPages()
    assert.equal(pages.flat().length, 22)
    assert.equal(new Set(pages.flat()).size, 22)
    const [first = []] = pages
    assert.ok(first.length > 1 && first.length < 22, `${first.length} on the first page`)
  })
})

test('readers are not listed where the sessions of one role take twice the steps of a request', async () => {
  await using app = await startApp({ maxSteps: 200_000 })
  const trust = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: trust })
  await app.iam.createRole({ RoleName: 'worker', AssumeRolePolicyDocument })
  const searching = Array.from({ length: 230 }, () => 'arn:aws:secretsmanager:*:*:secret:*?z*')
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: '*', Resource: searching }],
  })
  await app.iam.putRolePolicy({ RoleName: 'worker', PolicyName: 'searching', PolicyDocument })
  const { ARN = '' } = await app.client.createSecret({ Name: 'shared', SecretString: 'x' })
  const letSessionsRead = (count: number) => {
    const AWS = Array.from({ length: count }, (_, at) => `arn:aws:sts::111122223333:assumed-role/worker/session-${at}`)
    const Statement = { Effect: 'Allow', Principal: { AWS }, Action: 'secretsmanager:GetSecretValue', Resource: '*' }
    const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement })
    return app.client.putResourcePolicy({ SecretId: ARN, ResourcePolicy })
  }
  const listed = async () => {
    const users = await askCoffer(app, 'ListSecretReaders', { SecretId: ARN })
    return askCoffer(app, 'ListSecretReaders', { SecretId: ARN, NextToken: users.json.NextToken })
  }
  await letSessionsRead(1)
  assert.equal((await listed()).status, 200)
  await letSessionsRead(100)
  const { status, json } = await listed()
  assert.equal(status, 400)
  assert.match(json.Message, /^The policies of arn:aws:sts::\S+ take too many steps of evaluation to be explained$/)
})
