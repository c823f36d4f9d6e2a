import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { IAM } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { denied, validationError } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const AssumeRolePolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
})
const allowed = (Action: string, rest: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...rest })
const create = (by: IAM, RoleName: string, Path: string) => by.createRole({ RoleName, Path, AssumeRolePolicyDocument })

describe('a role that is a service', () => {
  test('is made by an administrator', async () => {
    const { Role } = await create(iam, 'database', '/coffer-service/rds/')
    assert.deepEqual(
      [Role?.Path, Role?.Arn],
      ['/coffer-service/rds/', `arn:aws:iam::${account}:role/coffer-service/rds/database`],
    )
  })

  test('is not made by who may only make roles', async () => {
    const by = app.iamFor({ credentials: await app.user('maker', [[allowed('iam:CreateRole')]]) })
    const principal = `arn:aws:iam::${account}:user/maker`
    const arn = `arn:aws:iam::${account}:role/coffer-service/rds/mine`
    await assert.rejects(create(by, 'mine', '/coffer-service/rds/'), denied(principal, 'CreateServiceLinkedRole', arn))
    await assert.rejects(iam.getRole({ RoleName: 'mine' }), { name: 'NoSuchEntityException' })
    assert.equal((await create(by, 'mine', '/rds/')).Role?.Path, '/rds/')
  })

  test('is made by whom a policy lets make this very service', async () => {
    const Condition = { StringEquals: { 'iam:AWSServiceName': 'rds' } }
    const statements = [allowed('iam:CreateRole'), allowed('iam:CreateServiceLinkedRole', { Condition })]
    const by = app.iamFor({ credentials: await app.user('declarer', [statements]) })
    assert.equal((await create(by, 'declared', '/coffer-service/rds/')).Role?.Path, '/coffer-service/rds/')
    await assert.rejects(create(by, 'other', '/coffer-service/redshift/'), { name: 'AccessDenied' })
  })

  test('has a service for its name, or is not made', async () => {
    for (const path of ['/coffer-service/', '/coffer-service/Rds/', '/coffer-service/rds/eu/'])
      await assert.rejects(
        create(iam, 'nameless', path),
        validationError(
          `The path ${path} is kept for roles that are services: it must be /coffer-service/, a name of small letters, digits and hyphens, and /.`,
        ),
      )
    await assert.rejects(iam.getRole({ RoleName: 'nameless' }), { name: 'NoSuchEntityException' })
  })
})
