import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startApp } from '../../start-app.ts'
import { allow, assume, createRole, denied, trust, usable } from './roles.ts'

const app = await startApp()
after(() => app.close())
const ADMIN = `arn:aws:iam::${app.account}:user/administrator`
const FIRST = `arn:aws:sts::${app.account}:assumed-role/first/session`

const first = await createRole(app, 'first', { MaxSessionDuration: 43_200 })
const byTeam = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } } }
const second = await createRole(app, 'second', { MaxSessionDuration: 43_200, policy: allow('*', byTeam) })
const Tags = [{ Key: 'team', Value: 'shop' }]

test('a session of a role assumes another, for an hour at most', async () => {
  const by = await assume(app, first, { DurationSeconds: 43_200 })
  assert.ok(await assume(app, second, { by, DurationSeconds: 3600 }))
  await assert.rejects(assume(app, second, { by, DurationSeconds: 3601 }), {
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  })
})

test("nobody's session lasts longer than its role allows", async () => {
  const short = await createRole(app, 'short')
  await assert.rejects(assume(app, short, { DurationSeconds: 3601 }), {
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  })
})

test('transitive tags go on, others do not', async () => {
  const transitive = await assume(app, first, { Tags, TransitiveTagKeys: ['team'] })
  const handedOn = app.clientFor({ credentials: await assume(app, second, { by: transitive }) })
  assert.ok((await handedOn.getRandomPassword({})).RandomPassword)
  const own = await assume(app, first, { Tags })
  const dropped = app.clientFor({ credentials: await assume(app, second, { by: own }) })
  await assert.rejects(dropped.getRandomPassword({}), { name: 'AccessDeniedException' })
})

test('they go on through every further role', async () => {
  const by = await assume(app, first, { Tags, TransitiveTagKeys: ['team'] })
  const again = await assume(app, first, { by })
  const credentials = await assume(app, second, { by: again })
  assert.ok((await app.clientFor({ credentials }).getRandomPassword({})).RandomPassword)
})

test('a transitive tag cannot be given anew', async () => {
  const by = await assume(app, first, { Tags, TransitiveTagKeys: ['team'] })
  await assert.rejects(assume(app, second, { by, Tags: [{ Key: 'Team', Value: 'other' }] }), {
    name: 'InvalidParameterValue',
    message:
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
  })
})

test('a role that allows no tagging takes no session that brings tags', async () => {
  const untagging = await createRole(app, 'untagging-chained', {
    AssumeRolePolicyDocument: trust({ AWS: app.account }),
  })
  assert.ok(await assume(app, untagging, { by: await assume(app, first, { Tags }) }))
  const by = await assume(app, first, { Tags, TransitiveTagKeys: ['team'] })
  await assert.rejects(assume(app, untagging, { by }), denied(FIRST, 'TagSession', untagging, 'role trust policy'))
})

test('a source identity needs permission, goes on and cannot be changed', async () => {
  const unsourced = await createRole(app, 'unsourced', { AssumeRolePolicyDocument: trust({ AWS: app.account }) })
  await assert.rejects(
    assume(app, unsourced, { SourceIdentity: 'alice' }),
    denied(ADMIN, 'SetSourceIdentity', unsourced, 'role trust policy'),
  )
  const by = await assume(app, first, { SourceIdentity: 'alice' })
  const sts = app.stsFor({ credentials: by })
  const answer = await sts.assumeRole({ RoleArn: second, RoleSessionName: 'session' })
  assert.equal(answer.SourceIdentity, 'alice')
  await assert.rejects(assume(app, second, { by: usable(answer.Credentials), SourceIdentity: 'bob' }), {
    name: 'AccessDenied',
  })
  await assert.rejects(
    assume(app, unsourced, { by }),
    denied(FIRST, 'SetSourceIdentity', unsourced, 'role trust policy'),
  )
})

test('policies see the source identity of a session', async () => {
  const Condition = { StringEquals: { 'aws:SourceIdentity': 'alice' } }
  const RoleArn = await createRole(app, 'sourced', { policy: allow('*', { Condition }) })
  const alice = app.clientFor({ credentials: await assume(app, RoleArn, { SourceIdentity: 'alice' }) })
  assert.ok((await alice.getRandomPassword({})).RandomPassword)
  const bob = app.clientFor({ credentials: await assume(app, RoleArn, { SourceIdentity: 'bob' }) })
  await assert.rejects(bob.getRandomPassword({}), { name: 'AccessDeniedException' })
})
