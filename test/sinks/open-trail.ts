import { Delivery, type SinkEvent, type TrailSource } from '../../src/audit/sinks/delivery.ts'
import type { Sink } from '../../src/audit/sinks/sink.ts'
import type { TrailHead } from '../../src/audit/trail.ts'
import { SqlSinkPositions } from '../../src/storage/sink-positions.ts'
import { SqlTrail } from '../../src/storage/trail.ts'
import { newEntry } from '../storage/engine-under-test.ts'
import { openSqlite } from '../storage/open-sqlite.ts'

/** A trail in a store of its own, and deliveries from it whose waits take no time. */
export async function openTrail() {
  const store = await openSqlite()
  const trail = new SqlTrail(store.engine)
  const positions = new SqlSinkPositions(store.engine)
  const heads: TrailHead[] = []
  const source: TrailSource = {
    rows: (query) => trail.rows(query),
    settle: () => trail.settle(),
    heads: async ({ after, limit }) => heads.filter(({ number }) => number > after).slice(0, limit),
  }
  const recorded: string[] = []
  let count = 0
  return {
    store,
    trail,
    positions,
    source,
    heads,
    /** Request ids in the order of the trail. */
    recorded,
    async record(requests: number): Promise<void> {
      for (let made = 0; made < requests; made++) {
        const id = `request ${++count}`
        recorded.push(id)
        await trail.append(newEntry(id))
      }
    },
    deliver: (sink: Sink, more: Partial<ConstructorParameters<typeof Delivery>[1]> = {}) => {
      const events: SinkEvent[] = []
      const waits: number[] = []
      const delivery = new Delivery(sink, {
        source,
        positions,
        onEvent: (event) => events.push(event),
        async wait(milliseconds, signal) {
          waits.push(milliseconds)
          // Where there is nothing new, until somebody asks; a receiver that is down is tried again at once.
          if (milliseconds === POLL_MS && !signal.aborted)
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        },
        ...more,
      })
      return { delivery, events, waits }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

/** The wait of a delivery that has nothing to do; no back-off takes exactly as long. */
const POLL_MS = 1_000

/** A deadline that is over when `close` begins, and one that never is. */
export const AT_ONCE = AbortSignal.abort()
export const IN_TIME = new AbortController().signal

/** What heads have beside a number and a row. */
export const HEAD = {
  installation: 'test',
  node: 'test',
  hash: 'ab',
  at: 1,
  previous: 'cd',
  keyVersion: 1,
  signature: 's',
} as const
