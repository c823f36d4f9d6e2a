import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { askCoffer } from '../../ask-coffer.ts'
import { transport } from '../../start-app.ts'
import { arbitraryInstallation, type Installation } from './arbitrary-installation.ts'
import { type Built, build, type Caller } from './build-installation.ts'

// Harm prevented: an explanation says ALLOWED, or lists a reader, and the call fails; or the call succeeds and the explanation did not say so. Then
// audits are wrong, and a disabled key or a missing permission is looked for in the wrong place.

interface Call {
  readonly action: string
  /** Condition keys that tell the request from another one of the same principal. */
  readonly context: Readonly<Record<string, string>>
  readonly resource: string
  send(): Promise<unknown>
}

const AGENTS = ['curl', 'browser'] as const

/** What a call comes to, in the terms in which an explanation answers. */
type Outcome = 'succeeds' | 'denied' | 'refused'

async function outcomeOf(call: Call): Promise<Outcome> {
  try {
    await call.send()
    return 'succeeds'
  } catch (error) {
    const { name } = error as Error
    // An error that is not AWS's is a fault of the test or of the server.
    assert.match(name, /(Exception|Failure)$/, String(error))
    return name === 'AccessDeniedException' ? 'denied' : 'refused'
  }
}

async function explained({ app }: Built, caller: Caller, { action, resource, context }: Call): Promise<Outcome> {
  const { status, json } = await askCoffer(app, 'ExplainAccess', {
    PrincipalArn: caller.arn,
    Action: action,
    ResourceArn: resource,
    Context: Object.entries(context).map(([Key, value]) => ({ Key, Values: [value] })),
  })
  assert.equal(status, 200, JSON.stringify(json))
  assert.equal(json.Reason !== undefined, json.Missing !== undefined)
  return json.Allowed ? 'succeeds' : json.Refusal === undefined ? 'denied' : 'refused'
}

function reads({ secret }: Built, caller: Caller): readonly Call[] {
  return AGENTS.flatMap((agent) =>
    [undefined, 'AWSCURRENT'].map((VersionStage) => ({
      action: 'secretsmanager:GetSecretValue',
      resource: secret,
      context: { 'aws:UserAgent': agent, ...(VersionStage && { 'secretsmanager:VersionStage': VersionStage }) },
      send: () => caller.clientFor(agent).getSecretValue({ SecretId: secret, VersionStage }),
    })),
  )
}

function writes({ secret, key }: Built, caller: Caller): readonly Call[] {
  const [agent] = AGENTS
  const client = caller.clientFor(agent)
  const context = { 'aws:UserAgent': agent }
  const Name = `${caller.arn.split('/').at(-1)}-new`
  const SecretString = 'y'
  const KmsKeyId = key
  const underKey = { ...context, ...(key && { 'secretsmanager:KmsKeyId': key, 'secretsmanager:KmsKeyArn': key }) }
  const call = (operation: string, resource: string, context: Call['context'], send: Call['send']): Call => ({
    action: `secretsmanager:${operation}`,
    resource,
    context,
    send,
  })
  return [
    call('PutSecretValue', secret, context, () => client.putSecretValue({ SecretId: secret, SecretString })),
    call('CreateSecret', Name, underKey, () => client.createSecret({ Name, SecretString, KmsKeyId })),
    call('UpdateSecret', secret, underKey, () => client.updateSecret({ SecretId: secret, SecretString, KmsKeyId })),
    call('UpdateSecret', secret, context, () => client.updateSecret({ SecretId: secret, SecretString })),
    call('BatchGetSecretValue', secret, context, async () => {
      const { Errors = [] } = await client.batchGetSecretValue({ SecretIdList: [secret] })
      const [failed] = Errors
      if (failed) throw Object.assign(new Error(failed.Message), { name: failed.ErrorCode })
    }),
  ]
}

/** Calls of KMS without Secrets Manager. */
function uses({ key, secret }: Built, caller: Caller): readonly Call[] {
  if (key === undefined || key.split(':')[4] !== secret.split(':')[4]) return []
  return [
    {
      action: 'kms:GenerateDataKey',
      resource: key,
      context: { 'kms:EncryptionContext:SecretARN': secret },
      send: () =>
        caller.kms.generateDataKey({ KeyId: key, KeySpec: 'AES_256', EncryptionContext: { SecretARN: secret } }),
    },
  ]
}

async function readersOf({ app, secret }: Built): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  let NextToken: string | undefined
  do {
    const { status, json } = await askCoffer(app, 'ListSecretReaders', { SecretId: secret, NextToken })
    assert.equal(status, 200, JSON.stringify(json))
    for (const { PrincipalArn, Access } of json.Readers) found.set(PrincipalArn, Access)
    NextToken = json.NextToken
  } while (NextToken)
  return found
}

async function checkAgreement(spec: Installation): Promise<void> {
  const built = await build(spec)
  await using _app = built.app
  const readers = await readersOf(built)
  for (const caller of built.callers) {
    const listed = readers.get(caller.reader)
    for (const call of reads(built, caller)) {
      const outcome = await agreed(built, caller, call)
      const said = `${caller.reader} is ${listed ?? 'no'} reader, and ${caller.arn} ${outcome} with ${JSON.stringify(call.context)}`
      if (outcome === 'succeeds') assert.ok(listed, said)
      else assert.notEqual(listed, 'allowed', said)
    }
  }
  for (const caller of built.callers)
    for (const call of [...uses(built, caller), ...writes(built, caller)]) await agreed(built, caller, call)
}

/** What an explanation says of a call, which is what the call comes to. */
async function agreed(built: Built, caller: Caller, call: Call): Promise<Outcome> {
  const sent = { 'aws:SourceIp': '127.0.0.1', 'aws:SecureTransport': String(transport !== 'http') }
  const asked = { ...call, context: { ...sent, ...call.context } }
  const said = await explained(built, caller, asked)
  const outcome = await outcomeOf(call)
  assert.equal(said, outcome, `${caller.arn} calls ${call.action} with ${JSON.stringify(call.context)}`)
  return outcome
}

test('explanations, lists of readers and calls agree in every installation', async () => {
  await fc.assert(fc.asyncProperty(arbitraryInstallation, checkAgreement), { numRuns: 20 })
})
