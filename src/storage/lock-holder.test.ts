import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { lockHolder } from './lock-holder.ts'

const linux = { skip: process.platform !== 'linux' && 'needs /proc/locks' }

test('the process that holds a write lock on a file is found, and no other file has a holder', linux, () => {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-lock-'))
  try {
    const [held, free] = [join(folder, 'held'), join(folder, 'free')]
    writeFileSync(free, '')
    const lock = new DatabaseSync(held)
    lock.exec('begin exclusive')
    assert.equal(lockHolder(held), process.pid)
    assert.equal(lockHolder(free), undefined)
    assert.equal(lockHolder(join(folder, 'none')), undefined)
    lock.close()
    assert.equal(lockHolder(held), undefined)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
