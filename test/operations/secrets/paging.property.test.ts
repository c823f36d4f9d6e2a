import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Filter, SecretsManager } from '@aws-sdk/client-secrets-manager'
import fc from 'fast-check'
import { startApp } from '../../start-app.ts'
import { storeSecrets } from '../../stored-data.ts'

// What is promised of a walk through pages: a secret that matches from its beginning to its end comes exactly once, whatever happens to
// others meanwhile; and no page shows what does not match when it is made.

/** What happens between two pages; `which` picks one of the secrets there are. */
type Step =
  | { readonly kind: 'create'; readonly letter: string; readonly inside: boolean }
  | { readonly kind: 'remove' | 'mark' | 'restore' | 'enter' | 'leave'; readonly which: number }

interface Listed {
  readonly name: string
  readonly arn: string
  /** Whether it has the tag that the filters look for. */
  inside: boolean
  marked: boolean
}

const letter: fc.Arbitrary<string> = fc.constantFrom('A', 'Z', 'a', 'l', 'n', 'z')
const inside = fc.boolean()
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), letter, inside }),
  fc.record({ kind: fc.constantFrom('remove', 'mark', 'restore', 'enter', 'leave'), which: fc.nat() }),
)
/** What happens behind each page; once it is over, nothing changes any more, and the walk must end. */
const steps = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 8 })
const initial = fc.array(fc.record({ letter, inside }), { maxLength: 12 })

/** The same secrets, found by an index, by none, or by an index that admits others too. */
const INSIDE: Record<string, Filter[]> = {
  indexed: [{ Key: 'tag-key', Values: ['inside'] }],
  walked: [{ Key: 'tag-key', Values: ['!outside'] }],
  'indexed by something else': [
    { Key: 'tag-key', Values: ['!outside'] },
    { Key: 'all', Values: ['side'] },
  ],
}
/** Names that every search of this file passes over. */
const FILLER: Filter = { Key: 'name', Values: ['!m/'] }
const notIndexed = (filters: Filter[]): Filter[] => [...filters, FILLER]

const app = await startApp()
after(() => app.close())
let regions = 0
const newRegion = () => `walk-${++regions}`

/** The secrets of one Region, and what the filters ought to find of them. */
class World {
  readonly region = newRegion()
  readonly client: SecretsManager = app.clientFor({ region: this.region })
  readonly secrets: Listed[] = []
  /** Secrets that have matched since the walk began. */
  #steady = new Set<string>()
  readonly #SecretString: string | undefined
  #created = 0

  constructor({ withValues }: { withValues: boolean }) {
    this.#SecretString = withValues ? 'x' : undefined
  }

  async create({ letter, inside }: { letter: string; inside: boolean }): Promise<void> {
    const name = `${letter}-${++this.#created}`
    const { ARN: arn = '' } = await this.client.createSecret({
      Name: name,
      SecretString: this.#SecretString,
      Description: 'side by side',
      Tags: [{ Key: inside ? 'inside' : 'outside', Value: '' }],
    })
    this.secrets.push({ name, arn, inside, marked: false })
  }

  async perform(step: Step): Promise<void> {
    if (step.kind === 'create') return this.create(step)
    const secret = this.secrets[step.which % this.secrets.length]
    if (!secret) return
    const SecretId = secret.arn
    if (step.kind === 'remove') {
      await this.client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true })
      this.secrets.splice(this.secrets.indexOf(secret), 1)
    } else if (step.kind === 'restore') {
      await this.client.restoreSecret({ SecretId })
      secret.marked = false
    } else if (secret.marked) return
    else if (step.kind === 'mark') {
      await this.client.deleteSecret({ SecretId })
      secret.marked = true
    } else {
      secret.inside = step.kind === 'enter'
      await this.client.untagResource({ SecretId, TagKeys: ['inside', 'outside'] })
      await this.client.tagResource({ SecretId, Tags: [{ Key: secret.inside ? 'inside' : 'outside', Value: '' }] })
    }
    const matching = this.matching()
    this.#steady = new Set([...this.#steady].filter((arn) => matching.has(arn)))
  }

  matching(): Set<string> {
    return new Set(this.secrets.filter(({ inside, marked }) => inside && !marked).map(({ arn }) => arn))
  }

  /** Walks through all pages, performing the steps between them, and checks what is promised. */
  async walk(page: (token?: string) => Promise<{ arns: string[]; next: string | undefined }>, steps: Step[][]) {
    this.#steady = this.matching()
    const seen: string[] = []
    let pages = 0
    let empty = 0
    let next: string | undefined
    do {
      const matching = this.matching()
      const answer = await page(next)
      for (const arn of answer.arns) assert.ok(matching.has(arn), `${arn} matches when it is shown`)
      seen.push(...answer.arns)
      if (answer.arns.length === 0 && answer.next) empty++
      next = answer.next
      for (const step of steps[pages++] ?? []) await this.perform(step)
      // All that there can ever be, in pages of one, and those that hold nothing.
      assert.ok(pages < 200, 'the walk ends')
    } while (next)
    assert.equal(new Set(seen).size, seen.length, 'nothing comes twice')
    for (const arn of this.#steady) assert.ok(seen.includes(arn), `${arn} comes`)
    return { seen, empty }
  }
}

const order = {
  SortBy: fc.constantFrom('created-date' as const, 'name' as const),
  SortOrder: fc.constantFrom('asc' as const, 'desc' as const),
}
const MaxResults = fc.integer({ min: 1, max: 5 })
const search = fc.constantFrom(...Object.keys(INSIDE))
type Order = { SortBy: 'created-date' | 'name'; SortOrder: 'asc' | 'desc' }

function listPages({ client }: World, input: Order & { Filters: Filter[]; MaxResults: number }) {
  return async (NextToken?: string) => {
    const output = await client.listSecrets({ ...input, NextToken })
    return { arns: (output.SecretList ?? []).map(({ ARN = '' }) => ARN), next: output.NextToken }
  }
}

function batchPages({ client }: World, input: { Filters: Filter[]; MaxResults: number }) {
  return async (NextToken?: string) => {
    const output = await client.batchGetSecretValue({ ...input, NextToken })
    assert.deepEqual(output.Errors, [])
    return { arns: (output.SecretValues ?? []).map(({ ARN = '' }) => ARN), next: output.NextToken }
  }
}

/** What a walk in this order shows comes in this order. */
function assertOrder(world: World, seen: string[], { SortBy, SortOrder }: Order): void {
  const known = seen.flatMap((arn) => world.secrets.find((secret) => secret.arn === arn) ?? [])
  const keys = known.map((secret) => (SortBy === 'name' ? secret.name : Number(secret.name.slice(2))))
  const sorted = keys.toSorted((left, right) => (left < right ? -1 : 1))
  assert.deepEqual(keys, SortOrder === 'asc' ? sorted : sorted.reverse())
}

test('ListSecrets shows every secret that stays exactly once, by name and by creation, in both directions', async () => {
  const walk = fc.record({ ...order, MaxResults, search, initial, steps })
  await fc.assert(
    fc.asyncProperty(walk, async ({ SortBy, SortOrder, MaxResults, search, initial, steps }) => {
      const world = new World({ withValues: false })
      for (const secret of initial) await world.create(secret)
      const Filters = INSIDE[search] ?? []
      const { seen } = await world.walk(listPages(world, { SortBy, SortOrder, Filters, MaxResults }), steps)
      assertOrder(world, seen, { SortBy, SortOrder })
    }),
    { numRuns: 40 },
  )
})

test('BatchGetSecretValue brings every secret that stays exactly once', async () => {
  const walk = fc.record({ MaxResults, search, initial, steps })
  await fc.assert(
    fc.asyncProperty(walk, async ({ MaxResults, search, initial, steps }) => {
      const world = new World({ withValues: true })
      for (const secret of initial) await world.create(secret)
      const { seen } = await world.walk(batchPages(world, { Filters: INSIDE[search] ?? [], MaxResults }), steps)
      assertOrder(world, seen, { SortBy: 'created-date', SortOrder: 'asc' })
    }),
    { numRuns: 30 },
  )
})

/** As many secrets as a page examines, and some, that lie in the middle of the others by name and by creation. */
async function fill({ region }: World): Promise<void> {
  const fillers = Array.from({ length: 5_050 }, (_, index) => ({ name: `m/${index}`, region }))
  await storeSecrets(app, fillers)
}

/** A walk whose first page meets nothing but fillers. */
const emptyStart = {
  MaxResults: 2,
  initial: [],
  later: [
    { letter: 'z', inside: true },
    { letter: 'n', inside: true },
  ],
  steps: [[{ kind: 'create' as const, letter: 'A', inside: true }]],
}

test('ListSecrets keeps that promise where pages end because they have examined enough', async () => {
  let empty = 0
  const walk = fc.record({ ...order, MaxResults, initial, later: initial, steps })
  await fc.assert(
    fc.asyncProperty(walk, async ({ SortBy, SortOrder, MaxResults, initial, later, steps }) => {
      const world = new World({ withValues: false })
      for (const secret of initial) await world.create(secret)
      await fill(world)
      for (const secret of later) await world.create(secret)
      const Filters = notIndexed(INSIDE.walked ?? [])
      const walked = await world.walk(listPages(world, { SortBy, SortOrder, Filters, MaxResults }), steps)
      assertOrder(world, walked.seen, { SortBy, SortOrder })
      empty += walked.empty
    }),
    { numRuns: 6, endOnFailure: true, examples: [[{ ...emptyStart, SortBy: 'name', SortOrder: 'asc' }]] },
  )
  assert.ok(empty > 0, 'the property must have met pages without secrets to prove anything')
})

test('BatchGetSecretValue keeps that promise where pages end because they have examined enough', async () => {
  let empty = 0
  const walk = fc.record({ MaxResults, initial, later: initial, steps })
  await fc.assert(
    fc.asyncProperty(walk, async ({ MaxResults, initial, later, steps }) => {
      const world = new World({ withValues: true })
      for (const secret of initial) await world.create(secret)
      await fill(world)
      for (const secret of later) await world.create(secret)
      const Filters = notIndexed(INSIDE.walked ?? [])
      empty += (await world.walk(batchPages(world, { Filters, MaxResults }), steps)).empty
    }),
    { numRuns: 5, endOnFailure: true, examples: [[emptyStart]] },
  )
  assert.ok(empty > 0, 'the property must have met pages without secrets to prove anything')
})

test('a walk by dates that move still ends, and shows all that stands still', async () => {
  const walk = fc.record({
    SortBy: fc.constantFrom('last-changed-date' as const, 'last-accessed-date' as const),
    SortOrder: order.SortOrder,
    MaxResults,
    touched: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(walk, async ({ SortBy, SortOrder, MaxResults, touched }) => {
      const world = new World({ withValues: true })
      for (let index = 0; index < 8; index++) await world.create({ letter: 'a', inside: true })
      const moved = new Set<string>()
      const seen: string[] = []
      let pages = 0
      let NextToken: string | undefined
      do {
        const output = await world.client.listSecrets({ SortBy, SortOrder, MaxResults, NextToken })
        seen.push(...(output.SecretList ?? []).map(({ ARN = '' }) => ARN))
        NextToken = output.NextToken
        for (const which of touched[pages++] ?? []) {
          const SecretId = world.secrets[which % world.secrets.length]?.arn ?? ''
          if (SortBy === 'last-changed-date') await world.client.updateSecret({ SecretId })
          else await world.client.getSecretValue({ SecretId })
          moved.add(SecretId)
        }
        assert.ok(pages < 50, 'the walk ends')
      } while (NextToken)
      for (const { arn } of world.secrets)
        if (!moved.has(arn)) assert.equal(seen.filter((other) => other === arn).length, 1)
    }),
    { numRuns: 20 },
  )
})
