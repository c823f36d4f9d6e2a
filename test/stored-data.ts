import { randomBytes } from 'node:crypto'
import { serviceEntry } from '../src/app/service-entry.ts'
import type { Change } from '../src/aws/change.ts'
import { type Credentials, newCredentials } from '../src/identity/access-key.ts'
import { createAdministrator } from '../src/identity/administrator.ts'
import { encrypt } from '../src/kms/ciphertext.ts'
import { newKey } from '../src/kms/key.ts'
import type { KeyState, KmsKey } from '../src/kms/key-store.ts'
import { newMaterial } from '../src/kms/material.ts'
import type { Secret } from '../src/secrets/secret.ts'
import { makeSecretArn, randomSuffix } from '../src/secrets/secret-id.ts'
import type { NewSecret } from '../src/secrets/secrets-store.ts'
import type { Sql } from '../src/storage/sql.ts'
import { REGION, type TestApp } from './start-app.ts'

// Test data that no client can make, or not fast enough: written with the changes that the stores themselves make.

/** Secrets written at once. */
const GROUP = 500

/** Secrets without values, in the order given, in any number. */
export async function storeSecrets(app: TestApp, secrets: readonly (Partial<NewSecret> & { name: string })[]) {
  const store = app.running.installation.secrets
  for (let start = 0; start < secrets.length; start += GROUP)
    await commit(
      app,
      secrets.slice(start, start + GROUP).map((secret) => store.create(newSecret(app, secret))),
    )
}

/** Gives a secret attributes that no operation sets yet. */
export async function storeAttributes(app: TestApp, arn: string, attributes: Partial<Secret>): Promise<void> {
  const { secret } = await stored(app, arn)
  await commit(app, [app.running.installation.secrets.update({ ...secret, ...attributes })])
}

/** Another account of the installation, and its administrator's access key. */
export async function storeAccount(app: TestApp, account: string): Promise<Credentials> {
  const { identities, keyring } = app.running.installation
  const credentials = newCredentials()
  const sealer = keyring.sealer('access-key')
  await commit(app, createAdministrator({ account, credentials, at: app.clock.now() }, identities, sealer).changes)
  return credentials
}

/** A secret whose value was sealed for another one: somebody moved it in the store. */
export async function storeSwapped(app: TestApp, arn: string, name: string): Promise<string> {
  const { secret, current } = await stored(app, arn)
  const copy = { ...secret, name, arn: makeSecretArn({ ...secret, name, suffix: randomSuffix() }) }
  await commit(app, [app.running.installation.secrets.create(copy, ...(current ? [current] : []))])
  return copy.arn
}

/** Alters a row as somebody would who can write to the store and has no key. */
export async function forge(app: TestApp, statement: Sql): Promise<void> {
  await app.running.installation.engine.append(undefined, [{ statement, expect: 1 }])
}

/** A customer's key of the account in REGION, in any state. */
export async function storeKey(
  app: TestApp,
  alias: string,
  state: KeyState = 'Enabled',
  policy?: object,
): Promise<KmsKey> {
  const { keys, keyring } = app.running.installation
  const { account } = app
  const now = app.clock.now()
  const fresh = newKey({ account, region: REGION, manager: 'CUSTOMER', now })
  const key: KmsKey = {
    ...fresh,
    state,
    policy: policy && { document: JSON.stringify(policy), bindings: {} },
    materials: [newMaterial(fresh, 1, keyring.sealer('kms'))],
  }
  const named = { account, region: REGION, name: alias, keyId: key.keyId, createdAt: now, updatedAt: now }
  await commit(app, [keys.create(key), keys.addAlias(named)])
  return key
}

/** Many grants of Encrypt on a key. */
export async function storeGrants(app: TestApp, keyArn: string, grantee: string, count: number): Promise<void> {
  const { keys } = app.running.installation
  const key = { account: app.account, region: REGION, keyId: keyArn.split('/')[1] ?? '' }
  const grants = Array.from({ length: count }, (_, index) => ({
    ...key,
    grantId: index.toString(16).padStart(64, '0'),
    grantee: { arn: grantee },
    issuingAccount: `arn:aws:iam::${app.account}:root`,
    operations: ['Encrypt'],
    createdAt: app.clock.now(),
  }))
  await commit(
    app,
    grants.map((grant) => keys.addGrant(grant)),
  )
}

/** A secret under a key that is not asked whether it likes that. */
export async function storeUnderKey(app: TestApp, name: string, key: KmsKey): Promise<void> {
  const versionId = '00000000-0000-4000-8000-000000000000'
  const secret = newSecret(app, { name, kmsKeyId: key.arn, stages: new Map([[versionId, ['AWSCURRENT']]]) })
  const version = {
    versionId,
    createdAt: secret.createdAt,
    kmsKeyId: key.arn,
    value: {
      ciphertext: randomBytes(64),
      dataKey: encrypt(key, 1, randomBytes(32), randomBytes(32), {}),
      binary: false,
    },
  }
  await commit(app, [app.running.installation.secrets.create(secret, version)])
}

function newSecret(app: TestApp, secret: Partial<NewSecret> & { name: string }): NewSecret {
  const { account = app.account, region = REGION, name } = secret
  const arn = makeSecretArn({ account, region, name, suffix: randomSuffix() })
  const now = app.clock.now()
  return { account, region, arn, stages: new Map(), createdAt: now, changedAt: now, ...secret }
}

async function stored(app: TestApp, arn: string) {
  const [found] = await app.running.installation.secrets.findMany([{ arn }])
  if (!found || !('secret' in found)) throw new Error(`no secret ${arn}`)
  return found
}

/** Commits changes of the store as a service does. */
export function commit(app: TestApp, changes: readonly Change[]): Promise<void> {
  const { account } = app
  const event = { service: 'secretsmanager', operation: 'TestData', by: 'secretsmanager', account, region: REGION }
  return app.running.installation.trail.append(serviceEntry({ ...event, at: app.clock.now(), arn: '*' }), changes)
}
