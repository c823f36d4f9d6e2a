import { closeSync, openSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Overwrites the last leaf pages of a table in a file that no process has open, as a failing disk would. */
export function damagePages(path: string, table: string, count = 1): void {
  const pages: number[] = []
  let size = 0
  {
    using db = new DatabaseSync(path)
    db.exec('pragma wal_checkpoint(truncate)')
    size = Number(db.prepare('pragma page_size').get()?.page_size)
    for (const { pageno } of db
      .prepare(`select pageno from dbstat where name = ? and pagetype = 'leaf' order by pageno`)
      .all(table))
      pages.push(Number(pageno))
  }
  const file = openSync(path, 'r+')
  for (const page of pages.slice(-count)) writeSync(file, Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size)
  closeSync(file)
}
