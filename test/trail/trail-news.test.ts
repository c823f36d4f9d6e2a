import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../src/audit/entry.ts'
import { News } from '../../src/commands/trail-news.ts'
import type { TrailFiles } from '../../src/storage/trail-files.ts'

/** The two places of records as somebody reads them while another process moves what waits. */
class MovingFiles implements Pick<TrailFiles, 'rows' | 'waiting'> {
  readonly #rows: string[] = []
  #waiting: string[] = []
  /** Whether records are moved on just after they were read where they wait. */
  moves = false

  add(...ids: string[]): void {
    this.#waiting.push(...ids)
  }

  waiting(): Entry[] {
    const waiting = this.#waiting.map(entry)
    if (this.moves) this.move()
    return waiting
  }

  move(): void {
    this.#rows.push(...this.#waiting)
    this.#waiting = []
  }

  rows({ after = 0, newestFirst = false }: Parameters<TrailFiles['rows']>[0]) {
    const rows = this.#rows.map((id, index) => ({ seq: index + 1, node: 'local', at: 0, entries: [entry(id)] }))
    const wanted = rows.filter(({ seq }) => seq > after)
    return newestFirst ? wanted.reverse().slice(0, 1) : wanted
  }
}

const entry = (id: string) => ({ id }) as Entry
const told = (news: News) => [...news.read()].flat().map(({ id }) => id)

for (const moves of [false, true])
  test(`what comes is told once, ${moves ? 'moved on while it is read' : 'and not again once it is moved on'}`, () => {
    const files = new MovingFiles()
    files.add('before')
    const news = new News(files)
    assert.deepEqual(told(news), [])
    files.moves = moves
    files.add('a', 'b')
    assert.deepEqual(told(news), ['a', 'b'])
    files.move()
    files.add('c')
    assert.deepEqual(told(news), ['c'])
    files.move()
    assert.deepEqual(told(news), [])
  })
