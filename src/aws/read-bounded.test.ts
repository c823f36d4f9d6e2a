import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readBounded } from './read-bounded.ts'

/** A body that comes in pieces, and never ends unless it is told how many there are. */
function inPieces(text: string, count = Number.POSITIVE_INFINITY) {
  let sent = 0
  const seen = { cancelled: false }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (sent++ < count) controller.enqueue(new TextEncoder().encode(text))
      else controller.close()
    },
    cancel() {
      seen.cancelled = true
    },
  })
  return { response: new Response(body), seen }
}

describe('a body', () => {
  test('is read whole up to the limit, and not beyond it', async () => {
    const read = async (limit: number) => await readBounded(inPieces('abc', 3).response, limit)
    assert.equal(Buffer.from((await read(10)) ?? []).toString(), 'abcabcabc')
    assert.equal((await read(9))?.byteLength, 9)
    assert.equal(await read(8), undefined)
  })

  test('that is absent has no bytes', async () => {
    assert.equal((await readBounded(new Response(null, { status: 204 }), 1))?.byteLength, 0)
  })

  test('that never ends is cancelled', async () => {
    const { response, seen } = inPieces('x'.repeat(100))
    assert.equal(await readBounded(response, 1000), undefined)
    assert.ok(seen.cancelled)
  })

  test('that breaks off is an error', async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) })
    await assert.rejects(readBounded(new Response(broken), 1000), /reset/)
  })
})
