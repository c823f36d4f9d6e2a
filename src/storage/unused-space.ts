import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'

/** Bytes read at once; a multiple of every page size. */
const CHUNK = 1024 * 1024
const ZEROS = Buffer.alloc(64 * 1024)

const FILE_HEADER_BYTES = 100
/**
 * Pages of other kinds begin with the number of a page, whose first byte is 2 from here on (128 GB of 4 KB pages): then they can no longer be
 * told apart.
 */
const MAX_PAGES = 0x02000000
/** B-tree pages by their first byte, with the length of their header (SQLite file format, 1.6). */
const HEADER_BYTES = new Map([
  [2, 12],
  [5, 12],
  [10, 8],
  [13, 8],
])

/**
 * Zeroes the space between the cells of a SQLite file's pages that SQLite does not use.
 *
 * `secure_delete` zeroes a row where it stands. But when SQLite balances a page it moves rows to a neighbour and leaves the old bytes in the
 * gap of the page, where they outlive the row (some 1 of 700 deleted rows was found so). Nothing ever reads a gap, so zeroing one changes no
 * content; but no log may hold a newer copy of the page, and the writer must forget the copies it keeps.
 */
export class UnusedSpace {
  readonly #fd: number

  constructor(path: string) {
    this.#fd = openSync(path, 'r+')
  }

  get fileBytes(): number {
    return fstatSync(this.#fd).size
  }

  /** Zeroes the gaps of the pages in a range of the file, on disk when it returns. */
  wipe(from: number, to: number): void {
    const pageSize = this.#pageSize()
    // Pages of one file that vacuums by itself cannot be told apart by their first byte.
    if (pageSize === undefined || this.fileBytes / pageSize >= MAX_PAGES) return
    const chunk = Buffer.allocUnsafe(CHUNK)
    let wiped = false
    for (let position = from; position < to; position += CHUNK) {
      const length = readSync(this.#fd, chunk, 0, CHUNK, position)
      for (let page = 0; page + pageSize <= length; page += pageSize) {
        const header = position + page === 0 ? FILE_HEADER_BYTES : 0
        const gap = gapOf(chunk.subarray(page, page + pageSize), header)
        if (!gap) continue
        writeSync(this.#fd, ZEROS, 0, gap.to - gap.from, position + page + gap.from)
        wiped = true
      }
    }
    if (wiped) fsyncSync(this.#fd)
  }

  /** Only after the last connection of this process to the file has closed: closing any other handle gives up the locks of all. */
  close(): void {
    closeSync(this.#fd)
  }

  #pageSize(): number | undefined {
    const header = Buffer.alloc(FILE_HEADER_BYTES)
    readSync(this.#fd, header, 0, FILE_HEADER_BYTES, 0)
    const isVacuumedByItself = header.readUInt32BE(52) !== 0
    if (header.toString('latin1', 0, 15) !== 'SQLite format 3' || isVacuumedByItself) return undefined
    return header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  }
}

/** The unused space between the cell pointers of a page and its cells, when something stands in it. */
function gapOf(page: Buffer, header: number): { from: number; to: number } | undefined {
  const headerBytes = HEADER_BYTES.get(page[header] ?? 0)
  if (headerBytes === undefined) return undefined
  const from = header + headerBytes + 2 * page.readUInt16BE(header + 3)
  const to = page.readUInt16BE(header + 5) || 65_536
  if (from >= to || to > page.length) return undefined
  return page.compare(ZEROS, 0, to - from, from, to) === 0 ? undefined : { from, to }
}
