import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ForgedRowError } from '../../../src/aws/damaged-row.ts'
import { TamperedError } from '../../../src/secrets/secrets-store.ts'
import { create, NOW, newEntry, newSecret, type OpenEngine, SCOPE, storesOn, versionId } from '../engine-under-test.ts'
import { newAccessKey, newUser } from '../new-identities.ts'

/** Rows that somebody else wrote: refused, and others beside them are not. */
export function tamperingSuite(open: OpenEngine): void {
  describe('rows altered behind the engine', () => {
    test('a secret is shown as tampered with, whichever column was altered, and others are served', async (t) => {
      await using store = await open()
      const stores = storesOn(store.engine)
      for (const [column, values] of Object.entries(SECRET_COLUMNS))
        for (const value of values) {
          await create(stores, victim(), newSecret('other'))
          await store.alter(`update secrets set ${column} = ${value} where name = 'victim'`)
          const selectors = [{ scope: SCOPE, name: 'victim' }, { arn: victim().arn }, { scope: SCOPE, name: 'other' }]
          const [byName, byArn, other] = await stores.secrets.findMany(selectors)
          const query = { scope: SCOPE, sortBy: 'created', descending: false, limit: 10, drivers: [] } as const
          const page = await stores.secrets.page({ ...query, matches: () => true })
          const listed = page.items.filter((item) => item instanceof TamperedError)
          await t.test(`${column} = ${value}`, () => {
            assert.ok(other && 'secret' in other)
            // A row that goes by another name or ARN is not found by the old one, and not at all in another scope.
            for (const found of [byName, byArn]) assert.ok(found === undefined || found instanceof TamperedError)
            assert.ok(byName ?? byArn)
            assert.equal(listed.length, MOVED_AWAY.includes(column) ? 0 : 1)
            assert.equal(page.items.length - listed.length, 1)
          })
          for (const table of ['secrets', 'versions', 'secret_words', 'secret_tags'])
            await store.alter(`delete from ${table}`)
        }
    })

    test('a forged deletion mark destroys nothing', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, victim(), newSecret('due', { deletedAt: 1, purgeAt: 2 }))
      await store.alter(`update secrets set deleted_at = 1, purge_at = 1 where name = 'victim'`)
      const expired = await stores.secrets.expired(NOW, 10)
      assert.deepEqual(
        expired.map(({ name }) => name),
        ['due'],
      )
    })

    test('what no MAC covers may be wrong and makes nothing unreadable', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, victim())
      await store.alter(`update secrets set accessed_at = 9223372036854775807`)
      const [found] = await stores.secrets.findMany([{ scope: SCOPE, name: 'victim' }])
      assert.ok(found && 'secret' in found)
      assert.equal(found.secret.description, 'The victim')
    })

    test('an account, a user or an access key is refused, whichever column was altered', async (t) => {
      await using store = await open()
      for (const [table, columns] of Object.entries(IDENTITY_COLUMNS))
        for (const [column, value] of Object.entries(columns)) {
          await writeIdentities(store)
          const lookUp = async () => {
            const { identities } = storesOn(store.engine)
            return table === 'accounts' ? identities.accounts() : identities.findAccessKey('AKIA1')
          }
          assert.ok(await lookUp())
          await store.alter(`update ${table} set ${column} = ${value}`)
          const found = await lookUp().catch((error) => error)
          await t.test(`${table}.${column}`, () => {
            assert.ok(found === undefined || found instanceof ForgedRowError, String(found))
          })
          for (const each of Object.keys(IDENTITY_COLUMNS)) await store.alter(`delete from ${each}`)
        }
    })

    test('a row without its MAC, or with that of another row, is refused', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, victim(), newSecret('other'))
      const [, other] = await stores.secrets.findMany([
        { scope: SCOPE, name: 'victim' },
        { arn: newSecret('other').arn },
      ])
      assert.ok(other && 'secret' in other)
      for (const mac of [`''`, '1', `(select mac from secrets where name = 'other')`]) {
        await store.alter(`update secrets set mac = ${mac} where name = 'victim'`)
        const [found] = await stores.secrets.findMany([{ arn: victim().arn }])
        assert.ok(found instanceof TamperedError, mac)
      }
    })
  })
}

/** Columns of a secret that its MAC covers, with what somebody might write there. */
const SECRET_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  account: [`'999999999999'`],
  region: [`'eu-west-1'`],
  name: [`'stolen'`],
  arn: [`'arn:aws:secretsmanager:eu-central-1:111122223333:secret:stolen-AbCdEf'`],
  description: [`'Another'`, 'null', `''`],
  description_head: [`'another'`, 'null'],
  kms_key_id: [`'alias/weak'`, 'null'],
  tags: [`'[["team","b"]]'`, 'null', `'[]'`, `'no json'`, `'{}'`],
  stages: [`'[["${versionId('old')}",["AWSCURRENT"]]]'`, `'[]'`, `'no json'`],
  current_version: [`'${versionId('old')}'`, 'null'],
  created_at: ['1', '9223372036854775807', '1.5'],
  changed_at: ['1', '-9223372036854775808'],
  deleted_at: ['1', '0'],
  purge_at: ['1'],
  primary_region: [`'eu-west-1'`],
  owning_service: [`'rds'`],
  type: [`'T'`],
  resource_policy: [`'{"document":"{}","bindings":{}}'`, 'null', `'no json'`, `''`],
  replicas: [`'[{"region":"us-east-1","status":"InSync"}]'`, `'[]'`, `'no json'`, `''`],
  revision: ['2', '0'],
}

/** After such a change the row belongs to another scope. */
const MOVED_AWAY = ['account', 'region']

const IDENTITY_COLUMNS = {
  accounts: { account: `'999999999999'`, created_at: '1' },
  identities: {
    id: `'AIDAOTHER'`,
    account: `'999999999999'`,
    kind: `'role'`,
    name: `'somebody'`,
    name_key: `'somebody'`,
    path: `'/boss/'`,
    document: `replace(document, '[]', '["arn:aws:iam::aws:policy/Other"]')`,
    revision: '7',
    mac: `x'00'`,
  },
  access_keys: {
    access_key_id: `'AKIA9'`,
    account: `'999999999999'`,
    user_name: `'somebody'`,
    sealed_secret: `'another'`,
    active: '1 - active',
    created_at: '1',
  },
}

const victim = () =>
  newSecret('victim', {
    description: 'The victim',
    kmsKeyId: 'alias/strong',
    resourcePolicy: { document: '{"Version":"2012-10-17"}', bindings: {} },
    tags: [{ Key: 'team', Value: 'a' }],
    stages: new Map([
      [versionId('victim'), ['AWSCURRENT']],
      [versionId('old'), ['AWSPREVIOUS']],
    ]),
  })

async function writeIdentities({ engine }: Awaited<ReturnType<OpenEngine>>): Promise<void> {
  const { identities, trail } = storesOn(engine)
  const user = newUser('u')
  await trail.append(newEntry(), [
    identities.createAccount(SCOPE.account, NOW),
    identities.create(user),
    identities.createAccessKey(newAccessKey('AKIA1', user, { active: false }), user),
  ])
}
