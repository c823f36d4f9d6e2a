import type { Trail, TrailRow } from '../trail.ts'
import type { Span } from './segment.ts'
import { type Scope, termOf, termsOf } from './terms.ts'
import { type Attribute, eventsOf, hasAttribute, type TrailEvent } from './trail-event.ts'
import type { TrailIndex } from './trail-index.ts'

/** Entries that one page examines at most; one that finds little ends short, and the next goes on (a few tenths of a second). */
const EXAMINED_LIMIT = 10_000
/** Characters of records on a page; a record alone may have more. */
const PAGE_CHARACTERS = 1024 * 1024
/** Rows read at once, and characters of them: what is done without a pause takes some milliseconds. */
const READ_ROWS = 64
const READ_CHARACTERS = 256 * 1024

/** Place of a record in the trail. A page ends at one, and the next begins before it. */
export interface Position {
  readonly seq: number
  /** Index of the entry in its row, of the record in its entry. */
  readonly entry: number
  readonly record: number
}

/** What LookupEvents looks for. */
export interface EventQuery {
  readonly scope: Scope
  readonly attribute: Attribute | undefined
  /** Times of events, milliseconds, both included. */
  readonly from: number
  readonly to: number
  readonly before: Position | undefined
  /** Events at most. */
  readonly limit: number
}

/** An event, and the text of its record. */
export interface FoundEvent extends Omit<TrailEvent, 'names'> {
  readonly text: string
}

export interface EventPage {
  /** Newest first. */
  readonly events: readonly FoundEvent[]
  /** Where the next page begins; absent at the end. A page may hold few events, or none, before the end. */
  readonly next: Position | undefined
}

/** Finds events for whoever may see them. What was acknowledged before a look is found by it. */
export interface EventLookUp {
  lookUp(query: EventQuery): Promise<EventPage>
}

/** A page of events. The index only says where to look: what is found is decided by the records themselves. */
export async function lookUp(query: EventQuery, rows: Pick<Trail, 'rows'>, index: TrailIndex): Promise<EventPage> {
  const page = new Page(query)
  const wanted = { term: termOf(query.scope, query.attribute), from: query.from, to: query.to }
  let before = query.before ? query.before.seq + 1 : Number.MAX_SAFE_INTEGER
  for (;;) {
    const found = await index.find(wanted, before)
    if (!found) return page.end()
    if ('lookedTo' in found) return page.pause({ seq: found.lookedTo, entry: 0, record: 0 })
    for await (const row of rowsOf(found, rows)) {
      page.add(row, wanted.term)
      if (page.isFull) return page.end()
      if (page.examined >= EXAMINED_LIMIT) return page.pause({ seq: row.seq, entry: 0, record: 0 })
    }
    before = found.after + 1
  }
}

async function* rowsOf({ after, before }: Span, trail: Pick<Trail, 'rows'>): AsyncGenerator<TrailRow> {
  for (let upTo = before; ; ) {
    const query = { after, before: upTo, newestFirst: true, limit: READ_ROWS, characters: READ_CHARACTERS }
    const read = await trail.rows(query)
    yield* read
    const last = read.at(-1)
    if (!last) return
    upTo = last.seq
  }
}

/** A page in the making. One event more than fits is looked for, so that the last page says that it is. */
class Page {
  readonly #query: EventQuery
  readonly #events: FoundEvent[] = []
  #last: Position | undefined
  #characters = 0
  examined = 0
  isFull = false

  constructor(query: EventQuery) {
    this.#query = query
  }

  add({ seq, entries }: TrailRow, term: number): void {
    const { before, from, to } = this.#query
    this.examined += entries.length
    for (let index = entries.length - 1; index >= 0 && !this.isFull; index--) {
      const entry = entries[index]
      if (!entry || entry.at < from || entry.at > to) continue
      const isLast = before?.seq === seq
      if (isLast && index > before.entry) continue
      if (!termsOf(entry).includes(term)) continue
      const events = eventsOf(entry)
      const end = isLast && index === before.entry ? before.record : events.length
      for (let record = end - 1; record >= 0 && !this.isFull; record--) {
        const event = events[record]
        if (event && this.#isWanted(event)) this.#take(event, { seq, entry: index, record })
      }
    }
  }

  /** There is nothing more, or no more room. */
  end(): EventPage {
    return { events: this.#events, next: this.isFull ? this.#last : undefined }
  }

  /** The next page goes on from a place that is behind everything on this one. */
  pause(next: Position): EventPage {
    return { events: this.#events, next }
  }

  #isWanted(event: TrailEvent): boolean {
    const { scope, attribute } = this.#query
    const { recipientAccountId, awsRegion } = event.record
    if (recipientAccountId !== scope.account || awsRegion !== scope.region) return false
    return !attribute || hasAttribute(event, attribute)
  }

  #take({ record, userName, resources }: TrailEvent, position: Position): void {
    const text = JSON.stringify(record)
    const isBeyond = this.#events.length > 0 && this.#characters + text.length > PAGE_CHARACTERS
    if (this.#events.length === this.#query.limit || isBeyond) {
      this.isFull = true
      return
    }
    this.#events.push({ record, userName, resources, text })
    this.#characters += text.length
    this.#last = position
  }
}
