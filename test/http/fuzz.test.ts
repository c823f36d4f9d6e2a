import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { operations as kms } from '../../src/kms/operations/index.ts'
import { operations } from '../../src/secrets/operations/index.ts'
import { hostileBodies, inputOf, membersOfKms } from './arbitrary-input.ts'
import { RawSocket, requestBytes } from './raw-socket.ts'
import { signed, startServer, type TestServer, unsigned } from './start-server.ts'

/** Another seed, or more runs: COFFER_FUZZ_SEED, COFFER_FUZZ_RUNS (a factor). */
const seed = Number(process.env.COFFER_FUZZ_SEED ?? 20_261_107)
const factor = Number(process.env.COFFER_FUZZ_RUNS ?? 1)
const runs = (numRuns: number) => ({ seed, numRuns: numRuns * factor })

/** What is never finished is cut off soon: nobody waits here for clients that say no more. */
const limits = { headersMs: 100, requestMs: 100, keepAliveMs: 50, checkMs: 10, drainMs: 50 }

/** Sends bytes, reads until the server ends the connection, and checks every answer. */
async function provoke(server: TestServer, bytes: Uint8Array): Promise<void> {
  await using raw = await RawSocket.open(server.port)
  await raw.send(bytes)
  const received = await raw.end()
  for (const [line] of received.matchAll(/^HTTP\/1\.1 \d{3}.*$/gm)) assert.match(line, /^HTTP\/1\.1 [1-4]/)
  assert.deepEqual(server.logged, [])
}

describe(`with seed ${seed}, nothing that is sent makes the server fail`, () => {
  describe('where signatures are verified', () => {
    let server: TestServer
    before(async () => {
      server = await startServer({ limits })
    })
    after(() => server[Symbol.asyncDispose]())
    const valid = requestBytes(
      signed('CreateSecret', { Name: 'a', SecretString: 'x', ClientRequestToken: '1'.repeat(32) }),
    )
    const position = fc.nat({ max: valid.length })
    const noise = fc.uint8Array({ maxLength: 40 })

    test('random bytes', async () => {
      const bytes = fc.array(
        fc.oneof(noise, fc.constantFrom('POST / HTTP/1.1\r\n', '\r\n', '\r\n\r\n', 'Host: a\r\n', ': ', '\n')),
      )
      const many = fc.array(bytes, { minLength: 10, maxLength: 10 })
      const joined = (pieces: readonly (string | Uint8Array)[]) =>
        Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)))
      await fc.assert(
        fc.asyncProperty(many, async (all) => {
          await Promise.all(all.map((pieces) => provoke(server, joined(pieces))))
        }),
        runs(20),
      )
    })

    test('signed requests with bytes changed, left out, added or repeated', async () => {
      const mutation = fc.record({
        at: position,
        to: position,
        noise,
        how: fc.constantFrom('replace', 'insert', 'cut', 'repeat'),
      })
      const mutate = (
        bytes: Buffer,
        { at, to, noise, how }: { at: number; to: number; noise: Uint8Array; how: string },
      ) => {
        const [from, until] = [Math.min(at, to), Math.max(at, to)]
        if (how === 'replace') return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)])
        if (how === 'insert') return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])
        if (how === 'cut') return Buffer.concat([bytes.subarray(0, from), bytes.subarray(Math.min(until, from + 20))])
        return Buffer.concat([bytes.subarray(0, until), bytes.subarray(from)])
      }
      const many = fc.array(fc.array(mutation, { minLength: 1, maxLength: 3 }), { minLength: 10, maxLength: 10 })
      await fc.assert(
        fc.asyncProperty(many, async (all) => {
          await Promise.all(all.map((mutations) => provoke(server, mutations.reduce(mutate, valid))))
        }),
        runs(40),
      )
    })

    test('headers of every kind', async () => {
      const name = fc.constantFrom(
        'Authorization',
        'X-Amz-Date',
        'Date',
        'X-Amz-Content-Sha256',
        'X-Amz-Security-Token',
        'Host',
        'Content-Type',
        'X-Amz-Target',
        'Connection',
        'Expect',
        'Upgrade',
        'Content-Encoding',
        'X-Forwarded-For',
        'Cookie',
        'Trailer',
        'TE',
      )
      const value = fc.oneof(
        fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
        fc.constantFrom(
          '',
          'AWS4-HMAC-SHA256 ',
          'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=;, Signature=',
          'AWS4-HMAC-SHA256 Credential=////, SignedHeaders=host, Signature=0',
          '20261107T000000Z',
          '99999999T999999Z',
          'keep-alive, Upgrade',
          '100-continue',
          'trailers',
          'x'.repeat(5000),
        ),
      )
      const many = fc.array(fc.array(fc.tuple(name, value), { maxLength: 5 }), { minLength: 10, maxLength: 10 })
      await fc.assert(
        fc.asyncProperty(many, async (all) => {
          const provoked = all.map((pairs) =>
            provoke(server, requestBytes(unsigned('ListSecrets', '{}', ['Connection', 'close', ...pairs.flat()]))),
          )
          await Promise.all(provoked)
        }),
        runs(30),
      )
    })

    test('and it still serves', async () => {
      assert.equal((await server.call('ListSecrets', '{}')).status, 200)
    })
  })

  describe('where any credentials are taken', () => {
    let server: TestServer
    let raw: RawSocket
    before(async () => {
      server = await startServer({ verify: false, limits: { requestsPerConnection: Number.MAX_SAFE_INTEGER } })
      raw = await RawSocket.open(server.port)
    })
    after(async () => {
      await raw[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    })

    /** Answers are JSON, unless they have no members. */
    const call = async (operation: string, body: string | Uint8Array, service?: string) => {
      await raw.send(requestBytes(unsigned(operation, body, [], service)))
      const answer = await raw.answer()
      const shown = `${operation} ${Buffer.from(body as string)
        .toString()
        .slice(0, 2000)}: ${JSON.stringify(server.logged.at(-1))}`
      assert.ok(answer.status === 200 || answer.status === 400, shown)
      assert.ok(answer.json !== undefined || answer.body === '', shown)
      assert.equal(answer.header('content-type'), 'application/x-amz-json-1.1')
      return answer
    }
    const callKms = (operation: string, body: string | Uint8Array) => call(operation, body, 'TrentService')

    test('bodies that no JSON library writes', async () => {
      for (const { name } of operations) for (const body of hostileBodies) await call(name, body)
    })

    test('inputs of every operation, one after the other', async () => {
      const calls = operations.map((operation) =>
        inputOf(operation.input).map((input) => ({ name: operation.name, input })),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(...calls), { minLength: 5, maxLength: 15 }), async (sequence) => {
          for (const { name, input } of sequence) await call(name, JSON.stringify(input))
        }),
        runs(100),
      )
    })

    test('bodies that no JSON library writes, to KMS', async () => {
      for (const { name } of kms) for (const body of hostileBodies) await callKms(name, body)
    })

    test('inputs of every operation of KMS, on the same few keys', async () => {
      const kinds = [{}, { Origin: 'EXTERNAL' }, { MultiRegion: true }, { MultiRegion: true }, {}, {}]
      const keyIds: string[] = []
      for (const kind of kinds) keyIds.push((await callKms('CreateKey', JSON.stringify(kind))).json.KeyMetadata.KeyId)
      const known = membersOfKms(keyIds)
      const calls = kms.map((operation) =>
        inputOf(operation.input, known).map((input) => ({ name: operation.name, input })),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(...calls), { minLength: 5, maxLength: 15 }), async (sequence) => {
          for (const { name, input } of sequence) await callKms(name, JSON.stringify(input))
        }),
        runs(100),
      )
    })

    test('any JSON, and texts that are nearly JSON', async () => {
      const operation = fc.constantFrom(...operations.map(({ name }) => name))
      const text = fc.oneof(fc.json({ noUnicodeString: false }), fc.string({ unit: 'binary' }), fc.uint8Array())
      await fc.assert(
        fc.asyncProperty(operation, text, async (name, body) => {
          await call(name, body)
        }),
        runs(500),
      )
    })
  })
})
