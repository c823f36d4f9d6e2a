import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { serviceEntry } from '../../../src/app/service-entry.ts'
import { uniqueId } from '../../../src/identity/access-key.ts'
import { arnOf, type Role } from '../../../src/identity/entities.ts'
import { startApp } from '../../start-app.ts'
import { allow, assume, denied, trust } from './roles.ts'

const OTHER = '999988887777'
const app = await startApp()
after(() => app.close())
const USER = (name: string) => `arn:aws:iam::${app.account}:user/${name}`

/** Makes a role of another account, which nobody here can do through the API. Returns its ARN. */
async function roleElsewhere(name: string, document: string): Promise<string> {
  const { identities, trail } = app.running.installation
  const at = app.clock.now()
  const role: Role = {
    kind: 'role',
    account: OTHER,
    id: uniqueId('AROA'),
    name,
    path: '/',
    trust: { document, bindings: {} },
    maxSession: 3600,
    tags: [],
    inline: [{ name: 'own', document: allow('*') }],
    attached: [],
    createdAt: at,
    revision: 1,
  }
  const event = { service: 'iam', operation: 'CreateRole', by: 'iam', account: OTHER, region: 'us-east-1', at }
  const account = (await identities.accounts()).includes(OTHER) ? [] : [identities.createAccount(OTHER, at)]
  await trail.append(serviceEntry({ ...event, arn: arnOf(role) }), [...account, identities.create(role)])
  return arnOf(role)
}

test('a role of another account is assumed by whom both accounts allow', async () => {
  const RoleArn = await roleElsewhere('open', trust({ AWS: app.account }))
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: RoleArn }
  const sts = app.stsFor({ credentials: await app.user('both', [[statement]]) })
  const { AssumedRoleUser } = await sts.assumeRole({ RoleArn, RoleSessionName: 'session' })
  assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${OTHER}:assumed-role/open/session`)
})

test('the session belongs to the account of the role', async () => {
  const RoleArn = await roleElsewhere('theirs', trust({ AWS: app.account }))
  const credentials = await assume(app, RoleArn)
  assert.equal((await app.stsFor({ credentials }).getCallerIdentity({})).Account, OTHER)
  const { ARN } = await app.clientFor({ credentials }).createSecret({ Name: 'theirs', SecretString: 'x' })
  assert.match(ARN ?? '', new RegExp(`:${OTHER}:secret:theirs-`))
  await assert.rejects(app.client.describeSecret({ SecretId: 'theirs' }), { name: 'ResourceNotFoundException' })
})

test('being named there is not enough without permission here', async () => {
  const sts = app.stsFor({ credentials: await app.user('named') })
  const RoleArn = await roleElsewhere('naming', trust({ AWS: USER('named') }))
  await assert.rejects(
    sts.assumeRole({ RoleArn, RoleSessionName: 'session' }),
    denied(USER('named'), 'AssumeRole', RoleArn, 'identity-based policy'),
  )
})

test('permission here is not enough without being trusted there', async () => {
  const RoleArn = await roleElsewhere('closed', trust({ AWS: OTHER }))
  await assert.rejects(assume(app, RoleArn), denied(USER('administrator'), 'AssumeRole', RoleArn, 'role trust policy'))
})

test('managed policies of the caller do not narrow sessions of another account', async () => {
  const RoleArn = await roleElsewhere('narrowing', trust({ AWS: app.account }))
  const { Policy } = await app.iam.createPolicy({ PolicyName: 'ours', PolicyDocument: allow('*') })
  await assert.rejects(assume(app, RoleArn, { PolicyArns: [{ arn: Policy?.Arn }] }), { name: 'ValidationError' })
  assert.ok(await assume(app, RoleArn, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] }))
})
