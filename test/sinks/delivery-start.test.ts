import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SinkPosition, SinkPositions } from '../../src/audit/sinks/sink.ts'
import { TrailDelivery } from '../../src/trail-delivery.ts'
import { temporaryFolder } from '../process/coffer.ts'
import { startApp } from '../start-app.ts'

/** Positions of a store that fails for one sink, as soon as another one has delivered something. */
class FailingPositions implements SinkPositions {
  readonly #positions: SinkPositions
  readonly #delivered = Promise.withResolvers<void>()

  constructor(positions: SinkPositions) {
    this.#positions = positions
  }

  async find(sink: string): Promise<SinkPosition | undefined> {
    if (!sink.startsWith('webhook')) return this.#positions.find(sink)
    await this.#delivered.promise
    throw new Error('disk I/O error')
  }

  async save(sink: string, position: SinkPosition): Promise<void> {
    await this.#positions.save(sink, position)
    if (position.seq > 0) this.#delivered.resolve()
  }
}

const isOpen = (path: string) =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  })

const procfs = { skip: process.platform !== 'linux' && 'needs /proc/self/fd' }
test('deliveries that have started are stopped when a later one cannot start', procfs, async () => {
  using folder = temporaryFolder()
  await using app = await startApp()
  await app.client.createSecret({ Name: 'a', SecretString: 'x' })
  const path = join(folder.path, 'trail.jsonl')
  const { installation } = app.running
  const delivery = new TrailDelivery(
    {
      file: { path, keep: undefined },
      standardOutput: false,
      webhook: { url: new URL('http://127.0.0.1:9/'), key: 'k'.repeat(32) },
      alerts: undefined,
    },
    { ...installation, sinkPositions: new FailingPositions(installation.sinkPositions) as never },
    { now: Date.now, log: { info() {}, warn() {}, error() {} } },
  )
  await assert.rejects(delivery.start(), /disk I\/O error/)
  assert.equal(isOpen(path), false, 'the file of the first delivery is closed')
})
