import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DiskReserve } from '../../src/storage/disk-reserve.ts'

const MB = 1024 * 1024
const FULL = Object.assign(new Error('database or disk is full'), { errcode: 13 })
const IO_ERROR = Object.assign(new Error('disk I/O error'), { errcode: 778 })

/** A reserve of 10 MB on a file system of which the test says how much of it is free. */
function newReserve({ all = 1_000 * MB, held = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-reserve-'))
  const path = join(folder, 'trail.reserve')
  if (held > 0) writeFileSync(path, Buffer.alloc(held))
  const told: string[] = []
  const disk = { free: all }
  const onChange = (state: string) => told.push(state)
  const reserve = new DiskReserve({ path, bytes: 10 * MB, onChange, space: () => ({ free: disk.free, all }) })
  let now = 0
  return {
    reserve,
    told,
    disk,
    size: () => statSync(path).size,
    mode: () => statSync(path).mode & 0o777,
    /** As often as it takes, each time some seconds later. */
    fill() {
      for (let step = 0; step < 10; step++) {
        now += 10_000
        reserve.step(now)
      }
    },
    [Symbol.dispose]() {
      reserve.close()
      rmSync(folder, { recursive: true })
    },
  }
}

test('is filled step by step, so that nobody waits long, and changes are taken meanwhile', () => {
  using one = newReserve()
  assert.equal(one.reserve.isUnfinished, true)
  one.reserve.step(1)
  assert.ok(one.size() > 0 && one.size() < 10 * MB)
  assert.equal(one.reserve.isSpent, false)
  one.fill()
  assert.deepEqual([one.size(), one.mode(), one.reserve.isUnfinished], [10 * MB, 0o600, false])
  assert.deepEqual(one.told, [])
})

test('is given up when the disk is full, and never for anything else', () => {
  using one = newReserve()
  one.fill()
  for (const other of [new Error('x'), Object.assign(new Error('locked'), { errcode: 5 }), IO_ERROR])
    assert.equal(one.reserve.spendFor(other), false)
  assert.equal(one.size(), 10 * MB)
  assert.equal(one.reserve.spendFor(FULL), true)
  assert.deepEqual([one.size(), one.reserve.isSpent], [0, true])
  assert.equal(one.reserve.spendFor(FULL), false, 'there is no more to give')
  assert.deepEqual(one.told, ['spent'])
})

test('an error of the disk counts where hardly anything is free', () => {
  using one = newReserve()
  one.fill()
  one.disk.free = 3 * MB
  assert.equal(one.reserve.spendFor(IO_ERROR), true)
})

test('comes back only when twice as much is free, and says so', () => {
  using one = newReserve()
  one.fill()
  one.reserve.spend()
  one.disk.free = 19 * MB
  one.fill()
  assert.deepEqual([one.size(), one.reserve.isSpent], [0, true])
  one.disk.free = 30 * MB
  one.fill()
  assert.deepEqual([one.size(), one.reserve.isSpent], [10 * MB, false])
  assert.deepEqual(one.told, ['spent', 'whole'])
})

test('of a small disk a twentieth is kept at most', () => {
  using one = newReserve({ all: 100 * MB })
  one.fill()
  assert.equal(one.size(), 5 * MB)
})

test('what an earlier process kept is kept on, and what is too much is given back', () => {
  using whole = newReserve({ held: 10 * MB })
  assert.equal(whole.reserve.isUnfinished, false)
  using large = newReserve({ held: 12 * MB })
  assert.deepEqual([large.size(), large.reserve.isUnfinished], [10 * MB, false])
})
