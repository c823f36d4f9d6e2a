import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makePrivateFile } from './data-directory.ts'

/** What is written at once: a group may have to wait for it. */
const STEP_BYTES = 4 * 1024 * 1024
/** How often it is looked whether there is room again. */
const LOOK_EVERY_MS = 5_000
/** So much of a file system is kept back at most, however small it is. */
const LARGEST_PART = 1 / 20

/** SQLite's primary result codes for a full disk: full, and an error of input or output, as which some file systems say it. */
const FULL = 13
const IO_ERROR = 10

export interface DiskReserveOptions {
  readonly path: string
  /** How much to keep back; 0 for nothing. */
  readonly bytes: number
  /** Told when it had to be given up, and when it is there again. */
  readonly onChange: (state: 'spent' | 'whole') => void
  /** Free and all bytes of the file system. */
  readonly space?: ((folder: string) => { readonly free: number; readonly all: number }) | undefined
}

/**
 * A part of the disk that is kept for the trail: a file full of noise, which is emptied once nothing else is left. A threshold would not do:
 * other programs would use up what is below it.
 */
export class DiskReserve {
  readonly #options: DiskReserveOptions
  readonly #folder: string
  readonly #bytes: number
  #fd: number | undefined
  #held = 0
  #isSpent = false
  #lookAt = 0

  constructor(options: DiskReserveOptions) {
    this.#options = options
    this.#folder = dirname(options.path)
    this.#bytes = Math.floor(Math.min(options.bytes, this.#space().all * LARGEST_PART))
    if (options.bytes === 0) return
    makePrivateFile(options.path)
    this.#fd = openSync(options.path, 'r+')
    this.#held = fstatSync(this.#fd).size
    if (this.#held > this.#bytes) this.#shrink(this.#bytes)
  }

  /** Nothing is kept back any more: what is left of the disk is for the records of reads. */
  get isSpent(): boolean {
    return this.#isSpent
  }

  /** True while there is something to fill, and room for it. */
  get isUnfinished(): boolean {
    return this.#fd !== undefined && this.#held < this.#bytes
  }

  /** Writes a part of the reserve, where some is missing and there is room. */
  step(now: number): void {
    if (this.#fd === undefined || !this.isUnfinished) return
    if (this.#isSpent) {
      if (now < this.#lookAt) return
      this.#lookAt = now + LOOK_EVERY_MS
      // As much again must be free, so that it does not come and go.
      if (this.#space().free < 2 * this.#bytes) return
    }
    try {
      const noise = randomBytes(Math.min(STEP_BYTES, this.#bytes - this.#held))
      this.#held += writeSync(this.#fd, noise, 0, noise.byteLength, this.#held)
      if (this.isUnfinished) return
      fsyncSync(this.#fd)
      if (this.#isSpent) this.#options.onChange('whole')
      this.#isSpent = false
    } catch {
      this.spend()
    }
  }

  /** Gives up the reserve if this failure says that the disk is full. True when there is room now that was not there before. */
  spendFor(failure: unknown): boolean {
    const { errcode = 0 } = failure as { errcode?: number }
    const code = errcode & 0xff
    const isFull = code === FULL || (code === IO_ERROR && this.#space().free < this.#bytes)
    if (this.#fd === undefined || !isFull) return false
    const held = this.#held
    this.spend()
    return held > 0
  }

  /** Gives the disk what was kept back. */
  spend(): void {
    if (this.#fd === undefined) return
    if (!this.#isSpent) this.#options.onChange('spent')
    this.#isSpent = true
    this.#shrink(0)
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #shrink(bytes: number): void {
    if (this.#fd === undefined) return
    ftruncateSync(this.#fd, bytes)
    fsyncSync(this.#fd)
    this.#held = bytes
  }

  #space(): { free: number; all: number } {
    if (this.#options.space) return this.#options.space(this.#folder)
    const { bavail, blocks, bsize } = statfsSync(this.#folder)
    return { free: bavail * bsize, all: blocks * bsize }
  }
}
