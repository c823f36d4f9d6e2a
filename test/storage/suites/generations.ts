import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConflictError } from '../../../src/aws/change.ts'
import { newKey, SECRETS_MANAGER_ALIAS } from '../../../src/kms/key.ts'
import type { Engine } from '../../../src/storage/engine.ts'
import { sql } from '../../../src/storage/sql.ts'
import { NOW, newEntry, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'
import { newAccessKey, newUser } from '../new-identities.ts'
import { aliasOf } from '../new-keys.ts'

/** Identities and keys: what is cached is never older than what was acknowledged. */
export function generationsSuite(open: OpenEngine): void {
  describe('identities, keys and their generations', () => {
    test('every change of an identity or a key raises its generation, in its own transaction', async () => {
      await using store = await open()
      const { identities, keys, trail, engine } = storesOn(store.engine)
      const generations = async () => (await engine.read([])).generations
      assert.deepEqual(await generations(), { identity: 0, keys: 0 })
      await trail.append(newEntry(), [identities.createAccount(SCOPE.account, NOW), identities.create(USER)])
      assert.deepEqual(await generations(), { identity: 2, keys: 0 })
      await trail.append(newEntry(), [identities.createAccessKey(newAccessKey('AKIA1', USER), USER)])
      const made = key()
      await trail.append(newEntry(), [keys.create(made), keys.addAlias(aliasOf(made, SECRETS_MANAGER_ALIAS))])
      assert.deepEqual(await generations(), { identity: 3, keys: 2 })
      const { results, generations: same } = await engine.read([
        sql`select value from generations where name in ('identity', 'keys') order by name`,
      ])
      assert.deepEqual([results[0]?.[0]?.value, results[0]?.[1]?.value], [same.identity, same.keys])
    })

    test('a change that conflicts raises nothing', async () => {
      await using store = await open()
      const { identities, keys, trail, engine } = storesOn(store.engine)
      const made = key()
      await trail.append(newEntry(), [identities.create(USER), keys.create(made)])
      const before = (await engine.read([])).generations
      await assert.rejects(trail.append(newEntry(), [identities.create(USER)]), ConflictError)
      await assert.rejects(
        trail.append(newEntry(), [identities.deleteAccessKey(newAccessKey('AKIA0', USER))]),
        ConflictError,
      )
      await assert.rejects(trail.append(newEntry(), [keys.create(made)]), ConflictError)
      await assert.rejects(trail.append(newEntry(), [keys.update({ ...made, revision: 2 })]), ConflictError)
      assert.deepEqual((await engine.read([])).generations, before)
    })

    test('accounts and access keys come back as they were given, oldest first', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      const older = newAccessKey('AKIA2', USER, { createdAt: NOW })
      const newer = newAccessKey('AKIA1', USER, { createdAt: NOW + 1 })
      await trail.append(newEntry(), [
        identities.createAccount('222222222222', NOW + 1),
        identities.createAccount(SCOPE.account, NOW),
        identities.create(USER),
        identities.createAccessKey(newer, USER),
        identities.createAccessKey(older, USER),
      ])
      assert.deepEqual(await identities.accounts(), [SCOPE.account, '222222222222'])
      assert.deepEqual(await identities.accessKeysOf(USER), [older, newer])
      const found = await identities.findAccessKey('AKIA1')
      assert.deepEqual(found, { key: newer, entity: USER, groups: [], policies: new Map() })
      assert.equal(await identities.findAccessKey('AKIA0'), undefined)
    })

    test('an access key that was deleted is unknown at once, however warm the cache', async () => {
      await using store = await open()
      const { identities, trail } = storesOn(store.engine)
      await trail.append(newEntry(), [identities.create(USER)])
      for (let round = 0; round < 20; round++) {
        const made = newAccessKey(`AKIA${round}`, USER)
        await trail.append(newEntry(), [identities.createAccessKey(made, USER)])
        for (let warm = 0; warm < 3; warm++) assert.ok(await identities.findAccessKey(made.accessKeyId))
        await trail.append(newEntry(), [identities.deleteAccessKey(made)])
        assert.equal(await identities.findAccessKey(made.accessKeyId), undefined)
      }
    })

    test('a look-up that was overtaken by another one never answers with what was known before', async () => {
      await using store = await open()
      const gates = new Gates()
      const { identities, trail } = storesOn(gated(store.engine, gates))
      const [kept, deleted] = [newAccessKey('AKIAKEPT', USER), newAccessKey('AKIADELETED', USER)]
      await trail.append(newEntry(), [
        identities.create(USER),
        identities.createAccessKey(kept, USER),
        identities.createAccessKey(deleted, USER),
      ])
      await identities.findAccessKey(kept.accessKeyId)
      await identities.findAccessKey(deleted.accessKeyId)

      // One look-up has taken the old entry and waits for the generation; another one brings the cache up to date meanwhile.
      gates.close()
      const overtaking = identities.findAccessKey(kept.accessKeyId)
      await trail.append(newEntry(), [identities.deleteAccessKey(deleted)])
      await gates.letOneThrough()
      const overtaken = identities.findAccessKey(deleted.accessKeyId)
      await gates.letOneThrough()
      assert.ok(await overtaking)
      gates.open()
      assert.equal(await overtaken, undefined)
    })

    test('looking up many keys at once while keys are made finds all of them', async () => {
      await using store = await open()
      const { keys, trail } = storesOn(store.engine)
      const made = Array.from({ length: 10 }, key)
      for (const [index, each] of made.entries()) {
        await trail.append(newEntry(), [keys.create(each)])
        const known = made.slice(0, index + 1)
        const found = await Promise.all([...known, ...known].map(({ region, keyId }) => keys.find({ region, keyId })))
        assert.ok(found.every((other) => other !== undefined))
      }
    })
  })
}

const USER = newUser('administrator', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] })

const key = () => newKey({ ...SCOPE, manager: 'AWS', now: NOW })

/** Holds reads back until they are let through, one by one, in the order in which they came. */
class Gates {
  #closed = false
  readonly #waiting: (() => void)[] = []

  close(): void {
    this.#closed = true
  }

  open(): void {
    this.#closed = false
    for (const go of this.#waiting.splice(0)) go()
  }

  /** The oldest read goes on; resolves when what it does with its answer is done. */
  async letOneThrough(): Promise<void> {
    this.#waiting.shift()?.()
    await new Promise(setImmediate)
  }

  pass(): Promise<void> {
    return this.#closed ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve()
  }
}

/** An engine whose answers to reads arrive late, as those of a database elsewhere do. */
function gated(engine: Engine, gates: Gates): Engine {
  return {
    async read(statements) {
      await gates.pass()
      const snapshot = await engine.read(statements)
      return snapshot
    },
    append: (entry, writes) => engine.append(entry, writes),
    newestEntries: (limit) => engine.newestEntries(limit),
    settleTrail: () => engine.settleTrail(),
    trailRows: (query) => engine.trailRows(query),
    chain: engine.chain,
    erase: () => engine.erase(),
    ping: () => engine.ping(),
    explain: (statement) => engine.explain(statement),
    close: () => engine.close(),
  }
}
