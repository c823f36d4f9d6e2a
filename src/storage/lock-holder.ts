import { readFileSync, statSync } from 'node:fs'

/** A line of /proc/locks for a held write lock: process id, device in hexadecimal, inode. Lines with an arrow are processes that wait. */
const HELD = /^\d+: POSIX +\w+ +WRITE (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /

/**
 * Returns the id of the process that holds a write lock on a file, as proc(5) of Linux lists it. Returns undefined where that cannot be known: on
 * other systems, for processes of another PID namespace, and on file systems whose files report another device.
 *
 * The file is not opened: closing any handle of a file gives up the locks that this process holds on it.
 */
export function lockHolder(path: string): number | undefined {
  let locks: string
  try {
    locks = readFileSync('/proc/locks', 'utf8')
  } catch {
    return undefined
  }
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stat) return undefined
  const [major, minor] = deviceNumbers(stat.dev)
  for (const line of locks.split('\n')) {
    const [, pid, lockMajor = '', lockMinor = '', inode] = HELD.exec(line) ?? []
    if (pid === undefined || pid === '0' || inode !== `${stat.ino}`) continue
    if (Number.parseInt(lockMajor, 16) === major && Number.parseInt(lockMinor, 16) === minor) return Number(pid)
  }
  return undefined
}

/** Major and minor number of a device as the C library packs them (makedev(3)). */
function deviceNumbers(device: bigint): readonly [major: number, minor: number] {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn)
  return [Number(major), Number(minor)]
}
