import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Ask } from './call-coffer.ts'
import { MAX_PAGES, readerPages } from './readers.ts'

/** A server with so many pages: what it was asked, in order. */
function pages(count: number) {
  const asked: unknown[] = []
  const ask = (async (_operation: unknown, input: { NextToken?: string }) => {
    asked.push(input.NextToken)
    const output = { ARN: 'arn', Readers: [], NextToken: asked.length < count ? `token ${asked.length}` : undefined }
    return { output, json: output }
  }) as unknown as Ask
  return { asked, ask }
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('the pages of readers', () => {
  test('are asked for one after the other, until the last', async () => {
    const { asked, ask } = pages(3)
    const found = await allOf(readerPages('prod/db', ask))
    assert.deepEqual(asked, [undefined, 'token 1', 'token 2'])
    assert.equal(found.at(-1)?.output.NextToken, undefined)
  })

  test('have an end also where the server knows none', async () => {
    const { asked, ask } = pages(Number.POSITIVE_INFINITY)
    const found = await allOf(readerPages('prod/db', ask))
    assert.equal(asked.length, MAX_PAGES)
    assert.notEqual(found.at(-1)?.output.NextToken, undefined)
  })
})
