import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { NOW, newEntry, SCOPE, storesOn } from './engine-under-test.ts'
import { newAccessKey, newGroup, newPolicy, newProvider, newRole, newUser } from './new-identities.ts'
import { openSqlite, type SqliteUnderTest } from './open-sqlite.ts'
import { assertFrugal, assertFrugalChanges, planning } from './plans.ts'

// As query-plans.test.ts, for identities.

const USERS = 3_000
const { account } = SCOPE
const policy = newPolicy('p', { path: '/app/' })
const policyArn = `arn:aws:iam::${account}:policy/app/p`
const group = newGroup('g', { attached: [policyArn] })
const user = newUser('u', { attached: [policyArn], groups: [group.id] })
const role = newRole('r', { attached: [policyArn], boundary: policyArn })
const provider = newProvider('issuer.example.com/a')
const accessKey = newAccessKey('AKIA1', user)

for (const analyzed of [false, true])
  describe(`with ${USERS} users, ${analyzed ? 'after somebody ran ANALYZE' : 'without statistics'}`, () => {
    let store: SqliteUnderTest
    before(async () => {
      store = await openSqlite()
      await fill(store, USERS)
      if (!analyzed) return
      await store.alter('analyze')
      await store.reopen()
    })
    after(() => store[Symbol.asyncDispose]())
    plans(() => store)
  })

describe('with few identities', () => {
  let store: SqliteUnderTest
  before(async () => {
    store = await openSqlite()
    await fill(store, 0)
  })
  after(() => store[Symbol.asyncDispose]())
  plans(() => store)
})

function plans(store: () => SqliteUnderTest): void {
  test('every statement of every change goes by an index', async () => {
    const { identities } = storesOn(store().engine)
    const entities = [user, group, role, policy, provider]
    const read = await Promise.all(entities.map(({ kind, name }) => identities.find(kind, account, name)))
    await assertFrugalChanges(store(), [
      identities.createAccount(account, 1),
      ...entities.map((entity) => identities.create(entity)),
      ...entities.map((entity) => identities.update(entity)),
      ...read.map((entity) => identities.remove(entity!)),
      identities.createAccessKey(accessKey, user),
      identities.setAccessKeyActive(accessKey, false),
      identities.deleteAccessKey(accessKey),
      identities.recordUses([{ id: 'AKIA1', at: NOW, service: 'sts', region: 'eu-central-1' }]),
    ])
  })

  test('every look-up goes by an index', async () => {
    const found: string[] = []
    const { identities } = storesOn(planning(store(), found))
    const query = { pathPrefix: '/app/', after: 'a', limit: 10 }
    assert.ok(await identities.findAccessKey('AKIA1'))
    assert.ok(await identities.findHolder('role', role.id))
    await identities.find('user', account, 'u')
    await identities.findByIds('user', [user.id, 'AIDA2'])
    await identities.list('user', account, query)
    await identities.list('user', account, { limit: 10 })
    await identities.count('user', account)
    await identities.referring('user', account, group.id, query)
    await identities.referring('user', account, policyArn, { limit: 10 })
    await identities.lastUses(['AKIA1', 'AKIA2'])
    assert.ok(found.length >= 14)
    for (const plan of found) assertFrugal(plan)
    // Access keys of one user are few.
    await identities.accessKeysOf(user)
    assertFrugal(found.at(-1) ?? '', ['USE TEMP B-TREE FOR ORDER BY'])
  })
}

async function fill({ engine }: SqliteUnderTest, users: number): Promise<void> {
  const { identities, trail } = storesOn(engine)
  const others = Array.from({ length: users }, (_, index) =>
    newUser(`user-${index}`, { path: index % 2 ? '/app/' : '/', groups: [group.id] }),
  )
  await trail.append(newEntry(), [
    ...[policy, group, user, role, provider, ...others].map((entity) => identities.create(entity)),
    identities.createAccessKey(accessKey, user),
  ])
}
