import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts'
import { fromTokenFile } from '@aws-sdk/credential-providers'
import { signRequest } from '../../sign-request.ts'
import { ADMINISTRATOR, REGION, startApp } from '../../start-app.ts'
import { allow, assume, createRole, denied, trust, usable } from './roles.ts'
import { TokenIssuer } from './token-issuer.ts'

const DENIED = { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' }
const ACTION = 'sts:AssumeRoleWithWebIdentity'
const SUBJECT = 'system:serviceaccount:shop:web'

const issuer = await TokenIssuer.create('oidc.example.com/clusters/Shop')
const app = await startApp({ issuerKeys: issuer.keys })
after(() => app.close())
issuer.now = () => app.clock.now()
const provider = await issuer.register(app, ['sts.amazonaws.com', 'other-audience'])

/** A trust policy for tokens of the provider, with a condition on its claims. */
const trustIf = (Condition: object | undefined, actions: string | string[] = ACTION) =>
  trust({ Federated: provider }, actions, Condition && { Condition })
const forSubject = {
  StringEquals: { [`${issuer.name}:sub`]: SUBJECT, [`${issuer.name}:aud`]: 'sts.amazonaws.com' },
}
const RoleArn = await createRole(app, 'web', { AssumeRolePolicyDocument: trustIf(forSubject) })

const present = (WebIdentityToken: string, input: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) =>
  app.sts.assumeRoleWithWebIdentity({ RoleArn, RoleSessionName: 'pod', WebIdentityToken, ...input })

describe('a token that the role trusts', () => {
  test('gives a session, and the answer says whose token it was', async () => {
    const answer = await present(await issuer.token(), { DurationSeconds: 900 })
    const { Role } = await app.iam.getRole({ RoleName: 'web' })
    assert.deepEqual(answer.AssumedRoleUser, {
      AssumedRoleId: `${Role?.RoleId}:pod`,
      Arn: `arn:aws:sts::${app.account}:assumed-role/web/pod`,
    })
    assert.equal(answer.SubjectFromWebIdentityToken, SUBJECT)
    assert.equal(answer.Provider, issuer.url)
    assert.equal(answer.Audience, 'sts.amazonaws.com')
    assert.ok(Math.abs((answer.Credentials?.Expiration?.getTime() ?? 0) - app.clock.now() - 900_000) < 60_000)
    const client = app.clientFor({ credentials: usable(answer.Credentials) })
    assert.ok((await client.getRandomPassword({})).RandomPassword)
  })

  test('is never recorded, and who presented it is', async () => {
    const token = await issuer.token()
    await present(token, { RoleSessionName: 'recorded' })
    const entries = await app.trail()
    assert.ok(!JSON.stringify(entries).includes(token.slice(-100)))
    const entry = entries.findLast(({ operation }) => operation === 'AssumeRoleWithWebIdentity')
    assert.equal(entry?.caller.type, 'WebIdentityUser')
    assert.equal(entry?.caller.userName, SUBJECT)
    assert.equal(entry?.caller.principalId, `${issuer.name}:sts.amazonaws.com:${SUBJECT}`)
    assert.equal(entry?.parameters?.RoleSessionName, 'recorded')
  })

  test('can be narrowed', async () => {
    const answer = await present(await issuer.token(), { Policy: allow('secretsmanager:ListSecrets') })
    const client = app.clientFor({ credentials: usable(answer.Credentials) })
    assert.ok((await client.listSecrets({})).SecretList)
    await assert.rejects(client.getRandomPassword({}), { message: /no session policy allows/ })
  })

  test('gives no longer session than the role allows', async () => {
    await assert.rejects(present(await issuer.token(), { DurationSeconds: 3601 }), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    })
  })

  test('makes a session that says which provider it came from', async () => {
    const Condition = { StringEquals: { 'aws:FederatedProvider': provider } }
    const arn = await createRole(app, 'federated', {
      AssumeRolePolicyDocument: trustIf(Condition),
      policy: allow('*', { Condition }),
    })
    const { Credentials } = await present(await issuer.token(), { RoleArn: arn })
    assert.ok((await app.clientFor({ credentials: usable(Credentials) }).getRandomPassword({})).RandomPassword)
  })

  test('is what the provider of an SDK reads from its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-token-'))
    const before = { ...process.env }
    try {
      const file = join(folder, 'token')
      await writeFile(file, await issuer.token())
      Object.assign(process.env, {
        AWS_WEB_IDENTITY_TOKEN_FILE: file,
        AWS_ROLE_ARN: RoleArn,
        AWS_ROLE_SESSION_NAME: 'from-file',
      })
      const { endpoint, requestHandler } = app.sts.config
      const url = await endpoint?.()
      const credentials = fromTokenFile({
        clientConfig: { region: REGION, requestHandler, ...(url && { endpoint: url }) },
      })
      const { Arn } = await app.stsFor({ credentials }).getCallerIdentity({})
      assert.equal(Arn, `arn:aws:sts::${app.account}:assumed-role/web/from-file`)
    } finally {
      process.env = before
      await rm(folder, { recursive: true })
    }
  })
})

describe('a token that the role does not trust', () => {
  test('is refused like one for a role that is not there', async () => {
    await assert.rejects(present(await issuer.token({ sub: 'system:serviceaccount:shop:other' })), DENIED)
    await assert.rejects(present(await issuer.token(), { RoleArn: `${RoleArn}-missing` }), DENIED)
  })

  test('is refused by a role that trusts the account, or everybody, and not the provider', async () => {
    for (const [name, principal] of [
      ['trusts-account', { AWS: app.account }],
      ['trusts-everybody', '*'],
    ] as const) {
      const arn = await createRole(app, name, {
        AssumeRolePolicyDocument: trust(principal, ['sts:AssumeRole', ACTION]),
      })
      await assert.rejects(present(await issuer.token(), { RoleArn: arn }), DENIED)
    }
  })

  test('is refused by a role that trusts the provider to do something else', async () => {
    const arn = await createRole(app, 'otherwise', { AssumeRolePolicyDocument: trustIf(undefined, 'sts:TagSession') })
    await assert.rejects(present(await issuer.token(), { RoleArn: arn }), DENIED)
  })

  test('is refused where the first of its audiences that the provider knows is another', async () => {
    await assert.rejects(present(await issuer.token({ aud: 'other-audience' })), DENIED)
    assert.ok(await present(await issuer.token({ aud: ['unknown', 'sts.amazonaws.com', 'other-audience'] })))
  })

  test('is judged by its listed claims only', async () => {
    const claim = (name: string) => ({ StringEquals: { [`${issuer.name}:${name}`]: 'shop' } })
    const arn = await createRole(app, 'arbitrary', { AssumeRolePolicyDocument: trustIf(claim('team')) })
    await assert.rejects(present(await issuer.token({ team: 'shop' }), { RoleArn: arn }), DENIED)
    const methods = { 'ForAnyValue:StringEquals': { [`${issuer.name}:amr`]: 'mfa' } }
    const strong = await createRole(app, 'strong', { AssumeRolePolicyDocument: trustIf(methods) })
    await assert.rejects(present(await issuer.token({ amr: ['pwd'] }), { RoleArn: strong }), DENIED)
    assert.ok(await present(await issuer.token({ amr: ['pwd', 'mfa'] }), { RoleArn: strong }))
  })

  test('is refused where the role denies it', async () => {
    const document = JSON.parse(trustIf(undefined))
    document.Statement.push({
      Effect: 'Deny',
      Principal: '*',
      Action: ACTION,
      Condition: { StringEquals: { [`${issuer.name}:sub`]: SUBJECT } },
    })
    const arn = await createRole(app, 'denying', { AssumeRolePolicyDocument: JSON.stringify(document) })
    await assert.rejects(present(await issuer.token(), { RoleArn: arn }), DENIED)
    assert.ok(await present(await issuer.token({ sub: 'somebody-else' }), { RoleArn: arn }))
  })
})

test('a signature is no web identity: nobody gets a session by it, whatever the token', async () => {
  const arn = await createRole(app, 'signed', {
    AssumeRolePolicyDocument: trust({ AWS: app.account }, ['sts:AssumeRole', ACTION]),
  })
  assert.ok(await assume(app, arn))
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: arn,
    RoleSessionName: 'session',
    WebIdentityToken: 'text',
  }).toString()
  const request = {
    method: 'POST',
    url: '/',
    headers: { host: 'coffer.test', 'content-type': 'application/x-www-form-urlencoded' },
    body,
    region: REGION,
    service: 'sts',
    date: new Date(app.clock.now()),
    accessKeyId: ADMINISTRATOR.accessKeyId,
    secret: ADMINISTRATOR.secretAccessKey,
  }
  const head = { method: 'POST', url: '/', rawHeaders: signRequest(request), address: '127.0.0.1', secure: true }
  const answer = await app.running.app.handle(head, Buffer.from(body))
  assert.equal(answer.status, 400)
  assert.match(answer.body, /<Code>InvalidIdentityToken<\/Code>/)
})

describe('tags and source identity in a token', () => {
  const claims = {
    'https://aws.amazon.com/tags': { principal_tags: { team: ['shop'] }, transitive_tag_keys: ['team'] },
    'https://aws.amazon.com/source_identity': 'alice',
  }
  const all = [ACTION, 'sts:TagSession', 'sts:SetSourceIdentity']

  test('become those of the session, and go on where they are transitive', async () => {
    const byTeam = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop', 'aws:SourceIdentity': 'alice' } } }
    const arn = await createRole(app, 'token-tags', {
      AssumeRolePolicyDocument: trustIf(forSubject, all),
      policy: allow('*', byTeam),
    })
    const answer = await present(await issuer.token(claims), { RoleArn: arn })
    assert.equal(answer.SourceIdentity, 'alice')
    assert.ok((answer.PackedPolicySize ?? 0) > 0)
    const by = usable(answer.Credentials)
    assert.ok((await app.clientFor({ credentials: by }).getRandomPassword({})).RandomPassword)
    const next = await createRole(app, 'after-token-tags', { policy: allow('*', byTeam) })
    assert.ok(
      (await app.clientFor({ credentials: await assume(app, next, { by }) }).getRandomPassword({})).RandomPassword,
    )
    const untagging = await createRole(app, 'after-untagging', {
      AssumeRolePolicyDocument: trust({ AWS: app.account }),
    })
    await assert.rejects(
      assume(app, untagging, { by }),
      denied(`arn:aws:sts::${app.account}:assumed-role/token-tags/pod`, 'TagSession', untagging, 'role trust policy'),
    )
  })

  test('need a role that allows them', async () => {
    for (const [index, missing] of ['sts:TagSession', 'sts:SetSourceIdentity'].entries()) {
      const actions = all.filter((action) => action !== missing)
      const arn = await createRole(app, `lacking-${index}`, { AssumeRolePolicyDocument: trustIf(forSubject, actions) })
      assert.ok(await present(await issuer.token(), { RoleArn: arn }))
      await assert.rejects(present(await issuer.token(claims), { RoleArn: arn }), DENIED)
    }
  })

  test('are conditions of the trust policy', async () => {
    const Condition = { StringEquals: { 'aws:RequestTag/team': 'shop' } }
    const arn = await createRole(app, 'wanting-tags', { AssumeRolePolicyDocument: trustIf(Condition, all) })
    assert.ok(await present(await issuer.token(claims), { RoleArn: arn }))
    await assert.rejects(present(await issuer.token(), { RoleArn: arn }), DENIED)
  })

  test('must be what a request could give', async () => {
    const tags = { principal_tags: { team: ['a', 'b'] } }
    await assert.rejects(present(await issuer.token({ 'https://aws.amazon.com/tags': tags })), {
      name: 'InvalidIdentityTokenException',
    })
  })
})

test('a refused stranger leaves no record, only a line of the security log', async () => {
  const arn = await createRole(app, 'closed', {
    AssumeRolePolicyDocument: trust({ AWS: app.account }, 'sts:AssumeRole'),
  })
  const [last] = await app.trail(1)
  const before = app.refused.length
  await assert.rejects(present(await issuer.token(), { RoleArn: arn }), { name: 'AccessDenied' })
  assert.equal((await app.trail(1))[0]?.id, last?.id)
  assert.equal(app.refused.length, before + 1)
  assert.equal(app.refused.at(-1)?.code, 'AccessDeniedException')
})
