import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** A file system of 16 MB in name spaces of its own: nobody else sees it, and it is gone with the process. */
const MOUNT = 'mount -t tmpfs -o size=16m none "$0"'
const driver = (name: string) => fileURLToPath(new URL(name, import.meta.url))

function inSmallFileSystem(command: string, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-full-'))
  try {
    const script = `${MOUNT} && ${command}`
    return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, folder, ...args], {
      encoding: 'utf8',
      timeout: 120_000,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const cannot = inSmallFileSystem('true').status !== 0 && 'this machine gives no small file system (unshare, tmpfs)'

function assertRuns(name: string) {
  const { status, stdout, stderr } = inSmallFileSystem('exec "$1" "$2" "$0"', process.execPath, driver(name))
  assert.equal(status, 0, `${stdout}${stderr}`)
}

test(
  'a full disk refuses what is new, keeps what was acknowledged, and is forgotten once there is room',
  {
    skip: cannot,
  },
  () => assertRuns('full-disk.ts'),
)

test(
  'what is kept of a full disk is for the records of reads; changes are refused until there is room',
  {
    skip: cannot,
  },
  () => assertRuns('full-disk-with-reserve.ts'),
)

test(
  'on a full disk clients change nothing and read everything, each read with its record',
  {
    skip: cannot,
  },
  () => assertRuns('full-disk-app.ts'),
)
