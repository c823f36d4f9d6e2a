import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ForgedRowError } from '../../src/aws/damaged-row.ts'
import { accessKeyPlace } from '../../src/identity/authenticate.ts'
import { oldStore } from './old-store.ts'

// A store as the first release left it, opened by this program.

const ACCOUNT = '111122223333'
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'

const USER = {
  account: ACCOUNT,
  user_name: 'Administrator',
  user_id: 'AIDAEXAMPLE',
  managed_policies: JSON.stringify([ADMINISTRATOR_ACCESS]),
  created_at: 1_700_000_000_000,
}

test('the users of a store of version 1 keep their ids, policies and access keys', async () => {
  await using store = await firstReleaseStore()
  for (let start = 0; start < 2; start++) {
    const { identities, keyring, engine, close } = await store.open()
    const found = await identities.findAccessKey('AKIAEXAMPLE')
    assert.deepEqual(found?.entity, {
      kind: 'user',
      account: ACCOUNT,
      id: 'AIDAEXAMPLE',
      name: 'Administrator',
      path: '/',
      createdAt: USER.created_at,
      revision: 1,
      inline: [],
      attached: [ADMINISTRATOR_ACCESS],
      tags: [],
      groups: [],
    })
    const opened = keyring.sealer('access-key').open(found.key.sealedSecret, accessKeyPlace(found.key))
    assert.equal(opened.toString(), SECRET)
    const holders = await identities.referring('user', ACCOUNT, ADMINISTRATOR_ACCESS, { limit: 9 })
    assert.deepEqual(holders, [found.entity])
    assert.deepEqual(await identities.find('user', ACCOUNT, 'second').then((second) => second?.attached), [])
    // Moved once, at the first start.
    assert.equal((await engine.read([])).generations.identity, 1)
    await close()
    assert.deepEqual(store.query('select * from users'), [])
  }
})

test('a store of version 1 with a forged user is refused in one clear line, and nothing is moved', async () => {
  await using store = await firstReleaseStore()
  store.alter(`update users set managed_policies = '["${ADMINISTRATOR_ACCESS}"]' where user_name = 'second'`)
  await assert.rejects(store.open(), (error) => {
    assert.ok(error instanceof ForgedRowError)
    assert.equal(error.message, `The store holds a row that Coffer did not write: users ${ACCOUNT} second`)
    return true
  })
  assert.equal(store.query('select * from users').length, 2)
  assert.equal(store.query('select * from identities').length, 0)
})

test('users that somebody adds to the old table of a store are refused, too', async () => {
  await using store = await firstReleaseStore()
  await (await store.open()).close()
  store.alter(`insert into users select '${ACCOUNT}', 'mallory', 'AIDAMALLORY', '["${ADMINISTRATOR_ACCESS}"]', 1, mac
    from identities limit 1`)
  await assert.rejects(store.open(), ForgedRowError)
})

/** An installation with two users, one of them with an access key, as the first release wrote it. */
function firstReleaseStore() {
  const key = { accessKeyId: 'AKIAEXAMPLE', account: ACCOUNT, userName: USER.user_name, active: true, createdAt: 1 }
  return oldStore(1, ({ keyring, insertWithMac }) => {
    insertWithMac('accounts', { account: ACCOUNT, created_at: 1 })
    insertWithMac('users', USER)
    insertWithMac('users', { ...USER, user_name: 'second', user_id: 'AIDASECOND', managed_policies: '[]' })
    insertWithMac('access_keys', {
      access_key_id: key.accessKeyId,
      account: ACCOUNT,
      user_name: key.userName,
      sealed_secret: keyring.sealer('access-key').seal(Buffer.from(SECRET), accessKeyPlace(key)),
      active: 1,
      created_at: 1,
    })
  })
}
