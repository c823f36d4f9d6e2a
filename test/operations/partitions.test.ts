import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { askCoffer } from '../ask-coffer.ts'
import { startApp } from '../start-app.ts'
import { TokenIssuer } from './sts/token-issuer.ts'

const partitions = [
  { partition: 'aws-us-gov', region: 'us-gov-west-1', home: 'us-gov-west-1' },
  { partition: 'aws-cn', region: 'cn-northwest-1', home: 'cn-north-1' },
] as const

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const deny = (Action: string, more: object = {}) => ({ Effect: 'Deny', Action, Resource: '*', ...more })

for (const { partition, region, home } of partitions)
  describe(`in ${region}`, async () => {
    const issuer = await TokenIssuer.create('oidc.example.com/cluster')
    const app = await startApp({ issuerKeys: issuer.keys })
    issuer.now = () => app.clock.now()
    after(() => app.close())
    const iam = app.iamFor({ region: home })
    const sts = app.stsFor({ region })
    const kms = app.kmsFor({ region })
    const client = app.clientFor({ region })
    const there = (rest: string, service = 'iam') => `arn:${partition}:${service}::${app.account}:${rest}`
    const here = (rest: string, service = 'iam') => `arn:aws:${service}::${app.account}:${rest}`
    const ofAws = (name: string) => `arn:${partition}:iam::aws:policy/${name}`
    const trustIn = (AWS: string) => document({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' })
    const as = async (name: string, ...statements: object[]) => {
      const credentials = await app.user(name, statements.length > 0 ? [statements] : [])
      return app.clientFor({ region, credentials })
    }

    test('IAM and STS answer with the partition of the request', async () => {
      assert.equal((await sts.getCallerIdentity({})).Arn, there('user/administrator'))
      assert.equal((await app.sts.getCallerIdentity({})).Arn, here('user/administrator'))
      const { User } = await iam.createUser({ UserName: 'answered', PermissionsBoundary: ofAws('PowerUserAccess') })
      assert.equal(User?.Arn, there('user/answered'))
      const { User: found } = await iam.getUser({ UserName: 'answered' })
      assert.equal(found?.PermissionsBoundary?.PermissionsBoundaryArn, ofAws('PowerUserAccess'))
      const { Policy } = await iam.createPolicy({ PolicyName: 'answered', PolicyDocument: document(allow('s3:*')) })
      assert.equal(Policy?.Arn, there('policy/answered'))
      const { Policies = [] } = await iam.listPolicies({ Scope: 'AWS' })
      assert.ok(Policies.length > 0 && Policies.every(({ Arn }) => Arn?.startsWith(ofAws(''))))
      const { InstanceProfile } = await iam.createInstanceProfile({ InstanceProfileName: 'answered' })
      assert.equal(InstanceProfile?.Arn, there('instance-profile/answered'))
      const { Roles = [] } = await iam.listRoles({})
      assert.ok(Roles.every(({ Arn }) => Arn?.startsWith(`arn:${partition}:`)))
    })

    test('managed policies of AWS and of the account are found under both spellings', async () => {
      await iam.createUser({ UserName: 'attached' })
      const { Policy } = await app.iam.createPolicy({ PolicyName: 'own', PolicyDocument: document(allow('s3:*')) })
      const own = there('policy/own')
      for (const PolicyArn of [ofAws('SecretsManagerReadWrite'), own])
        await iam.attachUserPolicy({ UserName: 'attached', PolicyArn })
      await app.iam.attachUserPolicy({ UserName: 'attached', PolicyArn: Policy?.Arn ?? '' })
      const { AttachedPolicies = [] } = await iam.listAttachedUserPolicies({ UserName: 'attached' })
      assert.deepEqual(
        AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
        [own, ofAws('SecretsManagerReadWrite')],
      )
      assert.equal((await iam.getPolicy({ PolicyArn: ofAws('SecretsManagerReadWrite') })).Policy?.AttachmentCount, 1)
      const { PolicyUsers = [] } = await iam.listEntitiesForPolicy({ PolicyArn: own })
      assert.deepEqual(
        PolicyUsers.map(({ UserName }) => UserName),
        ['attached'],
      )
      await iam.detachUserPolicy({ UserName: 'attached', PolicyArn: own })
      const missing = ofAws('None')
      await assert.rejects(iam.attachUserPolicy({ UserName: 'attached', PolicyArn: missing }), (error: Error) =>
        error.message.includes(missing),
      )
    })

    test('a role is assumed by its ARN in either spelling, and its session is named in the partition', async () => {
      await iam.createRole({ RoleName: 'app', AssumeRolePolicyDocument: trustIn(there('user/administrator')) })
      for (const RoleArn of [there('role/app'), here('role/app')]) {
        const { AssumedRoleUser, Credentials } = await sts.assumeRole({ RoleArn, RoleSessionName: 'one' })
        assert.equal(AssumedRoleUser?.Arn, there('assumed-role/app/one', 'sts'))
        const credentials = {
          accessKeyId: Credentials?.AccessKeyId ?? '',
          secretAccessKey: Credentials?.SecretAccessKey ?? '',
          sessionToken: Credentials?.SessionToken ?? '',
        }
        const identity = await app.stsFor({ region, credentials }).getCallerIdentity({})
        assert.equal(identity.Arn, there('assumed-role/app/one', 'sts'))
      }
      const { Role } = await iam.getRole({ RoleName: 'app' })
      const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
      assert.match(trust, new RegExp(`arn:${partition}:iam`))
    })

    test('a session from a token is named in the partition of its role', async () => {
      const provider = await issuer.register(app, ['sts.amazonaws.com'])
      const Federated = provider.replace('arn:aws:', `arn:${partition}:`)
      await iam.createRole({
        RoleName: 'web',
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { Federated },
          Action: 'sts:AssumeRoleWithWebIdentity',
        }),
      })
      const { AssumedRoleUser } = await sts.assumeRoleWithWebIdentity({
        RoleArn: there('role/web'),
        RoleSessionName: 'pod',
        WebIdentityToken: await issuer.token(),
      })
      assert.equal(AssumedRoleUser?.Arn, there('assumed-role/web/pod', 'sts'))
    })

    test('policies on secrets and keys name the same user in either spelling', async () => {
      for (const [index, spelled] of [there, here].entries()) {
        const name = `named-${index}`
        const user = await as(name)
        const Principal = { AWS: spelled(`user/${name}`) }
        const { KeyMetadata } = await kms.createKey({
          Policy: document(
            { ...allow('kms:*'), Principal: { AWS: spelled('root') } },
            { ...allow('kms:Decrypt'), Principal },
          ),
        })
        const { ARN: SecretId } = await client.createSecret({
          Name: name,
          SecretString: 'x',
          KmsKeyId: KeyMetadata?.Arn,
        })
        await assert.rejects(user.getSecretValue({ SecretId }), { name: 'AccessDeniedException' })
        const ResourcePolicy = document({ ...allow('secretsmanager:GetSecretValue'), Principal })
        await client.putResourcePolicy({ SecretId, ResourcePolicy })
        assert.equal((await user.getSecretValue({ SecretId })).SecretString, 'x')
        // The document is shown as it was given.
        assert.equal((await client.getResourcePolicy({ SecretId })).ResourcePolicy, ResourcePolicy)
      }
    })

    test('a Deny names the same principal in either spelling', async () => {
      const { ARN: SecretId = '' } = await client.createSecret({ Name: 'denying', SecretString: 'x' })
      const get = 'secretsmanager:GetSecretValue'
      for (const [index, spelled] of [there, here].entries()) {
        const arn = spelled(`user/denied-${index}`)
        const user = await as(`denied-${index}`, allow(get))
        assert.equal((await user.getSecretValue({ SecretId })).SecretString, 'x')
        for (const statement of [
          { ...deny(get), Principal: { AWS: arn } },
          { ...deny(get), Principal: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': arn } } },
          { ...deny(get), Principal: '*', Condition: { StringLike: { 'aws:PrincipalArn': `${arn.slice(0, -1)}?` } } },
        ]) {
          await client.putResourcePolicy({ SecretId, ResourcePolicy: document(statement) })
          await assert.rejects(user.getSecretValue({ SecretId }), /with an explicit deny in a resource-based policy/)
        }
        const others = { ArnNotEquals: { 'aws:PrincipalArn': [arn, spelled('user/administrator')] } }
        const exempting = document({ ...deny(get), Principal: '*', Condition: others })
        await client.putResourcePolicy({ SecretId, ResourcePolicy: exempting })
        assert.equal((await user.getSecretValue({ SecretId })).SecretString, 'x')
        await client.deleteResourcePolicy({ SecretId })
      }
    })

    test('policies on identities mean the same identity in either spelling', async () => {
      await iam.createUser({ UserName: 'target' })
      for (const [index, Resource] of [there('user/target'), here('user/target'), `arn:*:iam::*:user/tar*`].entries()) {
        const credentials = await app.user(`looker-${index}`, [
          [
            { Effect: 'Allow', Action: 'iam:GetUser', Resource },
            { Effect: 'Deny', Action: 'iam:TagUser', Resource: `arn:aws-*:iam::${app.account}:user/target` },
            allow('iam:TagUser'),
          ],
        ])
        for (const region of [home, 'us-east-1']) {
          const looker = app.iamFor({ region, credentials })
          assert.ok((await looker.getUser({ UserName: 'target' })).User)
          await assert.rejects(looker.getUser({ UserName: 'administrator' }), { name: 'AccessDenied' })
          const tagging = looker.tagUser({ UserName: 'target', Tags: [{ Key: 'a', Value: 'b' }] })
          await assert.rejects(tagging, /with an explicit deny/)
        }
      }
    })

    test('grants name the same user in either spelling, and are shown in the partition', async () => {
      const KeyId = (await kms.createKey({})).KeyMetadata?.Arn ?? ''
      for (const [index, spelled] of [there, here].entries()) {
        const credentials = await app.user(`granted-${index}`)
        const GranteePrincipal = spelled(`user/granted-${index}`)
        await kms.createGrant({ KeyId, GranteePrincipal, Operations: ['GenerateDataKey'] })
        const use = app.kmsFor({ region, credentials }).generateDataKey({ KeyId, KeySpec: 'AES_256' })
        assert.ok((await use).Plaintext)
      }
      const { Grants = [] } = await kms.listGrants({ KeyId })
      assert.deepEqual(Grants.map(({ GranteePrincipal }) => GranteePrincipal).sort(), [
        there('user/granted-0'),
        there('user/granted-1'),
      ])
      const { Policy = '' } = await kms.getKeyPolicy({ KeyId })
      assert.equal(JSON.parse(Policy).Statement[0].Principal.AWS, there('root'))
    })

    test('refusals and records name the caller in the partition', async () => {
      const stranger = await as('stranger')
      const arn = there('user/stranger')
      await assert.rejects(stranger.listSecrets({}), { message: new RegExp(`^User: ${arn} is not authorized`) })
      const { Errors = [] } = await (
        await as('batcher', allow('secretsmanager:BatchGetSecretValue'))
      ).batchGetSecretValue({ SecretIdList: ['none'] })
      assert.match(Errors[0]?.Message ?? '', new RegExp(`^User: ${there('user/batcher')} is not authorized`))
      const entries = await app.trail(20)
      const [denied] = entries.filter(({ operation }) => operation === 'ListSecrets')
      assert.equal(denied?.caller.arn, arn)
      assert.match(denied?.error?.message ?? '', new RegExp(`^User: ${arn} `))
      await iam.createUser({ UserName: 'recorded', PermissionsBoundary: ofAws('IAMReadOnlyAccess') })
      const [recorded] = await app.trail(1)
      assert.deepEqual(
        [recorded?.region, recorded?.arn, recorded?.parameters?.PermissionsBoundary],
        [home, there('user/recorded'), ofAws('IAMReadOnlyAccess')],
      )
    })

    test('texts that only look like an ARN stay as they are', async () => {
      const SecretString = here('role/app')
      const { ARN: SecretId } = await client.createSecret({ Name: 'text', SecretString, Description: SecretString })
      assert.equal((await client.getSecretValue({ SecretId })).SecretString, SecretString)
      assert.equal((await client.describeSecret({ SecretId })).Description, SecretString)
      const Tags = [{ Key: 'role', Value: SecretString }]
      await iam.createUser({ UserName: 'tagged', Tags })
      assert.deepEqual((await iam.listUserTags({ UserName: 'tagged' })).Tags, Tags)
    })

    test('simulations treat a KMS key as one, and explanations take principals of the partition', async () => {
      const simulate = (ResourceArn: string) =>
        iam.simulateCustomPolicy({
          PolicyInputList: [document(allow('kms:*'))],
          ActionNames: ['kms:Decrypt'],
          ResourceArns: [ResourceArn],
          ResourcePolicy: document({ ...allow('kms:*'), Principal: { AWS: there('user/other') } }),
          CallerArn: there('user/simulated'),
        })
      for (const name of [partition, 'aws']) {
        const { EvaluationResults } = await simulate(`arn:${name}:kms:${region}:${app.account}:key/k`)
        assert.equal(EvaluationResults?.[0]?.EvalDecision, 'implicitDeny')
      }
      await app.user('explained', [[allow('secretsmanager:*')]])
      for (const spelled of [there, here]) {
        const { json } = await askCoffer(app, 'ExplainAccess', {
          PrincipalArn: spelled('user/explained'),
          Action: 'secretsmanager:ListSecrets',
          ResourceArn: '*',
        })
        assert.equal(json.Allowed, true)
      }
    })
  })

test('a batch item whose decision takes too many steps is refused in the partition of the Region', async () => {
  const seen: string[] = []
  for (let maxSteps = 1; maxSteps < 200 && seen.length === 0; maxSteps++) {
    await using app = await startApp({ maxSteps })
    const client = app.clientFor({ region: 'us-gov-west-1' })
    const { Errors = [] } = await client.batchGetSecretValue({ SecretIdList: ['none'] }).catch(() => ({ Errors: [] }))
    seen.push(
      ...Errors.map(({ Message = '' }) => Message).filter((text) => text.includes('steps of policy evaluation')),
    )
  }
  assert.match(seen[0] ?? '', /^User: arn:aws-us-gov:iam::/)
})
