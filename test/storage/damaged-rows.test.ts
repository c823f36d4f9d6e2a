import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newCredentials } from '../../src/identity/access-key.ts'
import { REGION, type TestApp } from '../start-app.ts'
import { openStore } from './open-store.ts'

// What the operator learns of rows that are not as Coffer wrote them, from what clients ask.

const VALUE = 'TheValueItself'
const TIMES = 3

interface Case {
  /** Makes the row; its name is what the line says. */
  readonly make: (app: TestApp) => Promise<{ readonly row: string; readonly ask: (app: TestApp) => Promise<unknown> }>
  readonly alter: string
  readonly table: string
  readonly damage: 'mac' | 'seal' | 'missing'
}

const readSecret = async ({ client }: TestApp) => {
  const { ARN = '', VersionId } = await client.createSecret({ Name: 'victim', SecretString: VALUE })
  const ask = (app: TestApp) => app.client.getSecretValue({ SecretId: 'victim' })
  return { ARN, row: `${ARN} ${VersionId}`, ask }
}

async function makeKey({ kms }: TestApp): Promise<string> {
  const { KeyMetadata } = await kms.createKey({ Description: 'victim' })
  await kms.createAlias({ AliasName: 'alias/victim', TargetKeyId: KeyMetadata?.KeyId })
  return KeyMetadata?.KeyId ?? ''
}

const encryptWith = (KeyId: string) => (app: TestApp) => app.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') })

const CASES: Readonly<Record<string, Case>> = {
  'a secret': {
    make: async (app) => {
      const { ARN, ask } = await readSecret(app)
      return { row: ARN, ask }
    },
    alter: `update secrets set tags = '[["a","${VALUE}"]]'`,
    table: 'secrets',
    damage: 'mac',
  },
  'a secret in a list': {
    make: async (app) => ({ row: (await readSecret(app)).ARN, ask: ({ client }) => client.listSecrets({}) }),
    alter: `update secrets set description = '${VALUE}'`,
    table: 'secrets',
    damage: 'mac',
  },
  'a value': {
    make: readSecret,
    alter: `update versions set ciphertext = ciphertext || x'00'`,
    table: 'versions',
    damage: 'seal',
  },
  'a data key': {
    make: readSecret,
    alter: `update versions set data_key = data_key || x'00'`,
    table: 'versions',
    damage: 'seal',
  },
  'an identity': {
    make: async (app) => ({
      row: `${app.account} user victim`,
      ask: (
        (credentials) => (now: TestApp) =>
          now.clientFor({ credentials }).listSecrets({})
      )(await app.user('victim')),
    }),
    alter: `update identities set document = replace(document, '"tags":[]', '"tags":[{"Key":"a","Value":"${VALUE}"}]') where name = 'victim'`,
    table: 'identities',
    damage: 'mac',
  },
  'an access key': {
    make: async (app) => {
      const credentials = await app.user('victim')
      return { row: credentials.accessKeyId, ask: (now) => now.clientFor({ credentials }).listSecrets({}) }
    },
    alter: `update access_keys set created_at = created_at + 1 where user_name = 'victim'`,
    table: 'access_keys',
    damage: 'mac',
  },
  'the secret of an access key': {
    // Under a MAC that fits, as a fault of the program would leave it.
    make: async (app) => {
      await app.user('victim')
      const { identities, engine } = app.running.installation
      const user = await identities.find('user', app.account, 'victim')
      assert.ok(user)
      const credentials = newCredentials()
      const { accessKeyId } = credentials
      const sealedSecret = Buffer.from(VALUE)
      const key = { accessKeyId, account: app.account, userName: 'victim', sealedSecret, active: true, createdAt: 1 }
      const { writes } = identities.createAccessKey(key, user) as unknown as {
        writes: Parameters<typeof engine.append>[1]
      }
      await engine.append(undefined, writes)
      return { row: accessKeyId, ask: (now) => now.clientFor({ credentials }).listSecrets({}) }
    },
    alter: `select 1`,
    table: 'access_keys',
    damage: 'seal',
  },
  'a KMS key': {
    make: async (app) => {
      const KeyId = await makeKey(app)
      return { row: `${REGION} ${KeyId}`, ask: encryptWith(KeyId) }
    },
    alter: `update kms_keys set document = replace(document, 'victim', '${VALUE}')`,
    table: 'kms_keys',
    damage: 'mac',
  },
  'the material of a KMS key': {
    make: async (app) => {
      const KeyId = await makeKey(app)
      return { row: `${REGION} ${KeyId} 1`, ask: encryptWith(KeyId) }
    },
    alter: `update kms_materials set sealed = sealed || x'00'`,
    table: 'kms_materials',
    damage: 'seal',
  },
  'the material of a KMS key that is gone': {
    make: async (app) => {
      const KeyId = await makeKey(app)
      return { row: `${REGION} ${KeyId} 1`, ask: encryptWith(KeyId) }
    },
    alter: `delete from kms_materials`,
    table: 'kms_materials',
    damage: 'missing',
  },
  'an alias': {
    make: async (app) => {
      await makeKey(app)
      return { row: `${app.account} ${REGION} alias/victim`, ask: encryptWith('alias/victim') }
    },
    alter: `update kms_aliases set updated_at = 1`,
    table: 'kms_aliases',
    damage: 'mac',
  },
  'a grant': {
    make: async (app) => {
      const KeyId = await makeKey(app)
      const GranteePrincipal = `arn:aws:iam::${app.account}:user/administrator`
      const { GrantId } = await app.kms.createGrant({ KeyId, GranteePrincipal, Operations: ['Encrypt'] })
      return { row: `${REGION} ${KeyId} ${GrantId}`, ask: encryptWith(KeyId) }
    },
    alter: `update kms_grants set document = replace(document, 'Encrypt', '${VALUE}')`,
    table: 'kms_grants',
    damage: 'mac',
  },
}

for (const [what, { make, alter, table, damage }] of Object.entries(CASES))
  test(`${what} that is damaged leaves one log line and one security event, which name its row`, async () => {
    await using store = await openStore()
    const { row, ask } = await make(store.app)
    await store.restart(() => store.alter(alter))
    const { app } = store
    for (let count = 0; count < TIMES; count++) await assert.rejects(ask(app))
    const lines = app.logged.filter(({ level }) => level === 'error')
    assert.deepEqual(
      lines.map(({ message, details }) => ({ message, ...details })),
      [{ message: 'a row of the store is damaged', table, row, damage }],
    )
    const events = app.refused.map(({ at, ...event }) => ({ at: typeof at, ...event }))
    assert.deepEqual(events, [{ at: 'string', code: 'DamagedRow', table, row, damage }])
    assert.ok(!JSON.stringify([app.logged, app.refused]).includes(VALUE))
  })
