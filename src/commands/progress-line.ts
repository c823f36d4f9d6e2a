import type { WriteStream } from 'node:tty'
import { cells, printable } from './printable.ts'

/** A line of a terminal that is written again and again. Where there is no terminal, nothing is written. */
export class ProgressLine {
  readonly #stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>
  #shown = ''

  constructor(stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>) {
    this.#stream = stream
  }

  /** @param progress left out when it would not fit on the line */
  show(progress: string): void {
    const { isTTY, columns } = this.#stream
    const text = printable(progress)
    if (!isTTY || text === this.#shown || cells(text) >= columns) return
    this.#stream.write(`\r${text}${' '.repeat(Math.max(0, cells(this.#shown) - cells(text)))}`)
    this.#shown = text
  }

  clear(): void {
    if (this.#shown === '') return
    this.#stream.write(`\r${' '.repeat(cells(this.#shown))}\r`)
    this.#shown = ''
  }
}
