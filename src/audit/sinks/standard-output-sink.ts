import type { Writable } from 'node:stream'
import { jsonLines } from './json-lines.ts'
import { type Batch, type Send, type Sink, SinkError } from './sink.ts'

/**
 * JSON lines on standard output. A batch is delivered when the system has taken all of it, so a reader who is slow, or does not read at all, is
 * waited for with one batch in memory.
 */
export class StandardOutputSink implements Sink {
  readonly name = 'standard output'
  readonly from = 'beginning'
  readonly #output: Writable

  constructor(output: Writable) {
    this.#output = output
  }

  async prepare(batch: Batch): Promise<Send> {
    const text = jsonLines(batch)
    return () =>
      new Promise((resolve, reject) => {
        this.#output.write(text, (error) => {
          if (error) reject(new SinkError('standard output cannot be written: nobody reads it any more'))
          else resolve()
        })
      })
  }
}
