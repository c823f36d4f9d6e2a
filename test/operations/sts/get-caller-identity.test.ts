import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { assume, createRole } from './roles.ts'

const app = await startApp()
after(() => app.close())

test('a user is told its id, account and ARN', async () => {
  const { User } = await app.iam.getUser({})
  assert.deepEqual(await members(app.sts.getCallerIdentity({})), {
    UserId: User?.UserId,
    Account: app.account,
    Arn: User?.Arn,
  })
})

test('nobody can be denied it', async () => {
  const credentials = await app.user('denied', [[{ Effect: 'Deny', Action: '*', Resource: '*' }]])
  const { Arn } = await app.stsFor({ credentials }).getCallerIdentity({})
  assert.equal(Arn, `arn:aws:iam::${app.account}:user/denied`)
})

test('nor can a session that was narrowed to nothing', async () => {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] })
  const credentials = await assume(app, await createRole(app, 'narrow'), { Policy })
  const { Arn } = await app.stsFor({ credentials }).getCallerIdentity({})
  assert.equal(Arn, `arn:aws:sts::${app.account}:assumed-role/narrow/session`)
})

test('it is recorded', async () => {
  const credentials = await app.user('recorded')
  await app.stsFor({ credentials }).getCallerIdentity({})
  const [entry] = (await app.trail()).filter(({ caller }) => caller.userName === 'recorded')
  assert.equal(entry?.operation, 'GetCallerIdentity')
  assert.equal(entry?.access, 'read')
})

test('root is the account', async () => {
  await using open = await startApp({ verify: false })
  const sts = open.stsFor({ credentials: { accessKeyId: open.account, secretAccessKey: 'x' } })
  assert.deepEqual(await members(sts.getCallerIdentity({})), {
    UserId: open.account,
    Account: open.account,
    Arn: `arn:aws:iam::${open.account}:root`,
  })
})
