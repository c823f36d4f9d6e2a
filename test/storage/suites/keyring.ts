import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConflictError } from '../../../src/aws/change.ts'
import { resealingWith } from '../../../src/resealing.ts'
import { createKeyring, purposes, wrapKeyring, wrapNewest } from '../../../src/seal/keyring.ts'
import { KeyringHolder } from '../../../src/seal/keyring-holder.ts'
import { localRootKey } from '../../../src/seal/root-key.ts'
import type { Engine } from '../../../src/storage/engine.ts'
import { readInstallation, rewrapInstallation, writeInstallation } from '../../../src/storage/installation.ts'
import { SqlKeyringStore } from '../../../src/storage/keyring-store.ts'
import { SqlSecretsStore } from '../../../src/storage/secrets-store.ts'
import { SqlTrail } from '../../../src/storage/trail.ts'
import { SqlTrailMark } from '../../../src/storage/trail-mark.ts'
import { NOW, newEntry, newSecret, type OpenEngine } from '../engine-under-test.ts'

const root = localRootKey(Buffer.alloc(32, 1))
const SECRETS = 250

/** A store with a keyring and secrets under its first version. */
async function setUp(engine: Engine) {
  const holder = new KeyringHolder(createKeyring())
  const keyring = await wrapKeyring(holder.current, root, 'here')
  await writeInstallation(engine, { id: 'here', rootKey: root.fingerprint, keyring })
  const on = storesOn(engine, holder)
  for (let index = 0; index < SECRETS; index++)
    await on.trail.append(newEntry(), [on.secrets.create(newSecret(`s${index}`))])
  const hash = new Uint8Array(32)
  const mark = { number: 1, statement: hash, at: NOW, seq: 1, row: hash, moved: 0, gap: undefined }
  await new SqlTrailMark(engine, holder.authenticator('row-mac')).begin(mark)
  return { holder, ...on }
}

function storesOn(engine: Engine, holder: KeyringHolder) {
  const secrets = new SqlSecretsStore(engine, holder.authenticator('row-mac'))
  return { secrets, trail: new SqlTrail(engine), keyring: new SqlKeyringStore(engine, resealingWith(holder)) }
}

async function rotate({ holder, keyring, trail }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  const rotated = holder.current.withNewVersion('row-mac')
  await trail.append(newEntry(), [keyring.add(await wrapNewest(rotated, ['row-mac'], root, 'here'), NOW)])
  holder.replace(rotated)
}

/** The keyring, and the walk through what it sealed. */
export function keyringSuite(open: OpenEngine): void {
  describe('the keyring', () => {
    test('has each version once, with the time when it was made', async () => {
      await using store = await open()
      const on = await setUp(store.engine)
      const before = await on.keyring.versions()
      assert.deepEqual(before, purposes.map((purpose) => ({ purpose, version: 1, madeAt: 0 })).sort(byPurpose))
      const wrapped = await wrapNewest(on.holder.current.withNewVersion('kms'), ['kms'], root, 'here')
      await on.trail.append(newEntry(), [on.keyring.add(wrapped, NOW)])
      await assert.rejects(on.trail.append(newEntry(), [on.keyring.add(wrapped, NOW)]), ConflictError)
      const added = (await on.keyring.versions()).filter(({ purpose }) => purpose === 'kms')
      assert.deepEqual(
        added.map(({ version, madeAt }) => [version, madeAt]),
        [
          [1, 0],
          [2, NOW],
        ],
      )
    })

    test('is wrapped anew whole, for the root key it is under, and keeps its times', async () => {
      await using store = await open()
      const on = await setUp(store.engine)
      await rotate(on)
      const before = await readInstallation(store.engine)
      assert.ok(before)
      const next = localRootKey(Buffer.alloc(32, 2))
      const keyring = await wrapKeyring(on.holder.current, next, 'here')
      const rewrap = () => rewrapInstallation(store.engine, before, { rootKey: next.fingerprint, keyring }, newEntry())
      await rewrap()
      await assert.rejects(rewrap(), ConflictError)
      const after = await readInstallation(store.engine)
      assert.deepEqual([after?.id, after?.rootKey], ['here', next.fingerprint])
      assert.deepEqual(after?.keyring.length, purposes.length + 1)
      assert.equal((await on.keyring.versions()).find(({ version }) => version === 2)?.madeAt, NOW)
    })

    test('is walked in bounded steps, which another process goes on with', async () => {
      await using store = await open()
      const on = await setUp(store.engine)
      await rotate(on)
      let walk = await on.keyring.newWalk('row-mac', 2)
      assert.equal(walk.tables.find(({ name }) => name === 'secrets')?.total, SECRETS)
      let steps = 0
      for (; walk.table < walk.tables.length; steps++) {
        const { keyring } = storesOn(await store.reopen(), on.holder)
        const step = await keyring.step('row-mac', walk, NOW)
        assert.deepEqual(step.altered, [])
        assert.deepEqual((await keyring.walks()).get('row-mac'), JSON.parse(JSON.stringify(step.walk)))
        walk = step.walk
      }
      assert.ok(steps >= walk.tables.length + SECRETS / 100 - 1)
      assert.deepEqual([walk.finishedAt, walk.resealedAt], [NOW, NOW])
      const { keyring, trail } = storesOn(await store.reopen(), on.holder)
      on.holder.replace(on.holder.current.withNewestOnly('row-mac'))
      await trail.append(newEntry(), [keyring.retire('row-mac', 2, [1])])
      const { secrets } = storesOn(store.engine, on.holder)
      const found = await secrets.findMany(
        Array.from({ length: SECRETS }, (_, index) => ({ arn: newSecret(`s${index}`).arn })),
      )
      assert.ok(found.every((each) => each && 'secret' in each))
    })

    test('keeps a version for as long as a single row is under it', async () => {
      await using store = await open()
      const on = await setUp(store.engine)
      await rotate(on)
      const retire = () => on.trail.append(newEntry(), [on.keyring.retire('row-mac', 2, [1])])
      let walk = await on.keyring.newWalk('row-mac', 2)
      while (walk.table < walk.tables.length) {
        await assert.rejects(retire(), ConflictError)
        walk = (await on.keyring.step('row-mac', walk, NOW)).walk
      }
      await retire()
      await assert.rejects(retire(), ConflictError)
    })

    test('is walked from the beginning where the walk was altered, or leads through other tables', async () => {
      await using store = await open()
      const on = await setUp(store.engine)
      await rotate(on)
      const { walk } = await on.keyring.step('row-mac', await on.keyring.newWalk('row-mac', 2), NOW)
      const altered = [
        '',
        'null',
        '[]',
        '{"version":2}',
        JSON.stringify({ ...walk, tables: walk.tables.slice(1) }),
        JSON.stringify({ ...walk, tables: walk.tables.toReversed() }),
        JSON.stringify({ ...walk, after: [1, 2, 3] }),
      ]
      for (const text of altered) {
        await store.alter(`update keyring_walks set walk = '${text}'`)
        assert.equal((await storesOn(store.engine, on.holder).keyring.walks()).get('row-mac'), undefined, text)
      }
    })
  })
}

const byPurpose = (left: { readonly purpose: string }, right: { readonly purpose: string }) =>
  left.purpose < right.purpose ? -1 : 1
