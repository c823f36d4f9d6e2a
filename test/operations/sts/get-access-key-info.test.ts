import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { members } from '../../members.ts'
import { ADMINISTRATOR, startApp } from '../../start-app.ts'
import { assume, createRole } from './roles.ts'

const UNKNOWN = { name: 'ValidationError', message: 'The access key ID is not known here.' }

const app = await startApp()
after(() => app.close())

test('a key belongs to the account of its user', async () => {
  const { accessKeyId: AccessKeyId } = await app.user('owner')
  assert.deepEqual(await members(app.sts.getAccessKeyInfo({ AccessKeyId })), { Account: app.account })
})

test('also while it is inactive', async () => {
  const { accessKeyId: AccessKeyId } = await app.user('inactive')
  await app.iam.updateAccessKey({ UserName: 'inactive', AccessKeyId, Status: 'Inactive' })
  assert.equal((await app.sts.getAccessKeyInfo({ AccessKeyId })).Account, app.account)
})

test('of temporary keys only the own is known', async () => {
  const RoleArn = await createRole(app, 'temporary')
  const [own, other] = [await assume(app, RoleArn), await assume(app, RoleArn)]
  const sts = app.stsFor({ credentials: own })
  assert.equal((await sts.getAccessKeyInfo({ AccessKeyId: own.accessKeyId })).Account, app.account)
  await assert.rejects(sts.getAccessKeyInfo({ AccessKeyId: other.accessKeyId }), UNKNOWN)
})

test('an unknown key is refused, and so is what can be none', async () => {
  await assert.rejects(app.sts.getAccessKeyInfo({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }), UNKNOWN)
  await assert.rejects(app.sts.getAccessKeyInfo({ AccessKeyId: 'AKIA' }), { message: /'accessKeyId'.*equal to 16/ })
  await assert.rejects(app.sts.getAccessKeyInfo({ AccessKeyId: 'AKIA-IOSFODNN7EXAMPLE' }), {
    message: /regular expression/,
  })
})

test('it needs permission', async () => {
  const sts = app.stsFor({ credentials: await app.user('curious') })
  await assert.rejects(sts.getAccessKeyInfo({ AccessKeyId: ADMINISTRATOR.accessKeyId }), {
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${app.account}:user/curious is not authorized to perform: sts:GetAccessKeyInfo because no identity-based policy allows the sts:GetAccessKeyInfo action`,
  })
})
