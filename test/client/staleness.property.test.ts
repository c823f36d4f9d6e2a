import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createSecretReader,
  SecretReadError,
  type SecretReader,
  type SecretValue,
} from '../../src/client/create-secret-reader.ts'
import { arnOf, ModelServer, nameOf, type Trouble } from './model-server.ts'
import { type TestClock, testClock } from './test-clock.ts'

// Whatever the interleaving of reads, refreshes, expiry, changes, answers and failures: a value that is returned was current at some moment
// within its allowed staleness, and whoever asks after a refusal or a refresh was heard gets nothing from before it.

const TIME_TO_LIVE = 100
const STALE_FOR = 150
const FAILURE_TIME = 10
const FLOOR = 30
/** Shorter than the time to live: a value is no older when its call lands than when it is served from memory. */
const TIMEOUT = 60
const NAMES = ['a', 'b'] as const

type Action =
  | {
      readonly do: 'get'
      readonly id: string
      readonly maxAge: number | undefined
      readonly timeout: number | undefined
    }
  | { readonly do: 'refresh'; readonly id: string }
  | { readonly do: 'many'; readonly ids: readonly string[] }
  | { readonly do: 'advance'; readonly by: number }
  | { readonly do: 'rotate' | 'toggle'; readonly name: string }
  | { readonly do: 'decide' | 'deliver'; readonly index: number }
  | { readonly do: 'trouble'; readonly index: number; readonly kind: Trouble }

const name = fc.constantFrom(...NAMES)
const id = fc.oneof(name, name.map(arnOf))
const index = fc.nat(5)
const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary })
const action: fc.Arbitrary<Action> = fc.oneof(
  often(
    6,
    fc.record({
      do: fc.constant('get' as const),
      id,
      maxAge: fc.option(fc.nat(120), { nil: undefined, freq: 4 }),
      timeout: fc.option(fc.nat(80), { nil: undefined, freq: 4 }),
    }),
  ),
  often(2, fc.record({ do: fc.constant('refresh' as const), id })),
  often(1, fc.record({ do: fc.constant('many' as const), ids: fc.array(id, { maxLength: 4 }) })),
  often(
    4,
    fc.record({ do: fc.constant('advance' as const), by: fc.oneof(often(3, fc.nat(12)), often(1, fc.nat(120))) }),
  ),
  often(2, fc.record({ do: fc.constant('rotate' as const), name })),
  often(1, fc.record({ do: fc.constant('toggle' as const), name })),
  often(2, fc.record({ do: fc.constant('decide' as const), index })),
  often(5, fc.record({ do: fc.constant('deliver' as const), index })),
  often(
    2,
    fc.record({
      do: fc.constant('trouble' as const),
      index,
      kind: fc.constantFrom<Trouble>('connection', 'throttling', 'server', 'no-batches'),
    }),
  ),
)

interface Question {
  readonly askedAt: number
  /** When the value must have been current, or later, unless it is stale. */
  readonly notBefore: number
  readonly timeout?: number | undefined
  /** Whether the question is a refresh of which everybody after it has the benefit. */
  readonly renews?: boolean
}

/** One run: a reader, the world it reads from, and what was wrong with what it returned. */
class Run {
  readonly clock: TestClock = testClock()
  readonly server = new ModelServer(this.clock, NAMES)
  readonly reader: SecretReader
  readonly faults: string[] = []
  readonly #refreshedAt = new Map<string, number>()
  readonly #knowledge: { id: string; sentAt: number; heardAt: number }[] = []
  #open = 0
  returned = 0

  constructor(seed: number) {
    let draws = seed
    this.reader = createSecretReader({
      client: this.server.client,
      clock: this.clock,
      random: () => {
        draws = (draws * 16_807) % 2_147_483_647
        return draws / 2_147_483_647
      },
      timeToLive: TIME_TO_LIVE,
      staleFor: STALE_FOR,
      failureTimeToLive: FAILURE_TIME,
      refreshFloor: FLOOR,
      timeout: TIMEOUT,
      refreshAhead: 0.3,
      jitter: 0.1,
      singleReadsFor: 50,
      maxCallsInFlight: 2,
      onWarning: () => {},
    })
  }

  async take(action: Action): Promise<void> {
    switch (action.do) {
      case 'get':
        this.#get(action)
        break
      case 'refresh':
        this.#refresh(action.id)
        break
      case 'many':
        for (const id of action.ids) this.#get({ id })
        break
      case 'advance':
        await this.#advance(action.by)
        break
      case 'rotate':
      case 'toggle':
        this.server[action.do](action.name)
        break
      case 'decide':
      case 'deliver':
        this.server[action.do](action.index)
        break
      case 'trouble':
        this.server.trouble(action.index, action.kind)
    }
    await settled()
  }

  /** Lets every call that is under way have its answer. */
  async finish(): Promise<void> {
    for (let left = 1000; this.#open + this.server.waiting > 0 && left > 0; left--)
      await this.take({ do: 'deliver', index: 0 })
    if (this.#open > 0) this.faults.push(`${this.#open} reads have no end`)
    if (this.clock.timers > 0) this.faults.push(`${this.clock.timers} timers are left`)
    await this.reader.close()
  }

  #get({
    id,
    maxAge = TIME_TO_LIVE,
    timeout,
  }: {
    id: string
    maxAge?: number | undefined
    timeout?: number | undefined
  }) {
    const askedAt = this.clock.now()
    const notBefore = askedAt - Math.min(maxAge, TIME_TO_LIVE)
    this.#expect(id, this.reader.get(id, { maxAge, timeout }), { askedAt, notBefore, timeout })
  }

  #refresh(id: string): void {
    const askedAt = this.clock.now()
    const last = this.#refreshedAt.get(nameOf(id))
    this.#refreshedAt.set(nameOf(id), askedAt)
    // Who comes after another may share the call that was sent for them.
    const renews = last === undefined || askedAt - last > Math.max(FLOOR, TIMEOUT)
    const notBefore = askedAt - (last === undefined ? 0 : renews ? FLOOR : TIME_TO_LIVE)
    this.#expect(id, this.reader.refresh(id), { askedAt, notBefore, renews })
  }

  /** Timer by timer, so that what a timer causes happens at its time. */
  async #advance(milliseconds: number): Promise<void> {
    for (let rest = milliseconds; rest > 0; ) {
      const step = Math.min(rest, this.clock.untilNext)
      this.clock.advance(step)
      await settled()
      rest -= step
    }
  }

  #expect(id: string, read: Promise<SecretValue>, question: Question): void {
    this.#open += 1
    read
      .then(
        (value) => this.#check(id, value, question),
        (error) => {
          if (!(error instanceof SecretReadError)) this.faults.push(`${error}`)
        },
      )
      .finally(() => {
        this.#open -= 1
      })
  }

  #check(id: string, value: SecretValue, { askedAt, notBefore, timeout = Infinity, renews = false }: Question): void {
    const now = this.clock.now()
    const version = Number(value.string)
    const known = this.#knowledge.filter((one) => one.id === id && one.heardAt < askedAt).map(({ sentAt }) => sentAt)
    const refused = this.server.refusals.filter((one) => one.id === id && one.heardAt < askedAt)
    const earliest = value.stale ? now - TIME_TO_LIVE - STALE_FOR : notBefore
    const from = Math.max(earliest, ...known, ...refused.map(({ sentAt }) => sentAt))
    const what = `at ${now} version ${version} of ${id}, asked for at ${askedAt}${value.stale ? ', stale' : ''}`
    if (value.name !== nameOf(id)) this.faults.push(`${what}: is of ${value.name}`)
    if (!this.server.hadVersion(nameOf(id), version, from, now)) this.faults.push(`${what}: not current since ${from}`)
    const troubled = now - this.server.troubledAt <= FAILURE_TIME || now === askedAt + timeout
    if (value.stale && !troubled) this.faults.push(`${what}: without any trouble`)
    if (renews && !value.stale) this.#knowledge.push({ id, sentAt: notBefore, heardAt: now })
    this.returned += 1
  }
}

const settled = async () => {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
}

test('a value that is returned was current within its allowed staleness', { timeout: 120_000 }, async () => {
  let returned = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 10, maxLength: 100, size: 'max' }),
      fc.integer({ min: 1, max: 1e9 }),
      async (actions, seed) => {
        const run = new Run(seed)
        for (const one of actions) await run.take(one)
        await run.finish()
        returned += run.returned
        assert.deepEqual(run.faults, [])
      },
    ),
    { numRuns: 1000 },
  )
  assert.ok(returned > 300)
})
