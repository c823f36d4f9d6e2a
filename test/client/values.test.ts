import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { format, inspect } from 'node:util'
import * as v from 'valibot'
import { z } from 'zod'
import { createSecretReader, type SecretReadError, SecretValue } from '../../src/client/create-secret-reader.ts'
import { startReaderApp } from './start-reader.ts'

const CANARY = 'c4n4ry-hunter2'
const BYTES = new TextEncoder().encode(CANARY)

/** Whatever a program is likely to do to something that it logs. */
function shown(thing: unknown): string {
  const { stack = '', message = '' } = thing as Partial<Error>
  return [
    inspect(thing, { depth: 20, showHidden: true, getters: false }),
    inspect(thing, { depth: 20, compact: false }),
    format('%o %j %s', thing, thing, thing),
    `${String(thing)} ${stack} ${message} ${JSON.stringify({ thing })} ${JSON.stringify(Object.entries(thing as object))}`,
  ].join('\n')
}

function assertHidden(thing: unknown): void {
  const text = shown(thing)
  assert.ok(text.length > 20)
  assert.doesNotMatch(text, /c4n4ry|hunter2/)
  assert.ok(!text.includes('63 34 6e 34') && !text.includes('99, 52, 110, 52') && !text.includes('"0":99'))
}

describe('a value', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({
    text: CANARY,
    bytes: BYTES,
    json: JSON.stringify({ user: 'app', port: 5432, password: CANARY }),
    broken: `{"password": "${CANARY}`,
    list: `[{"${CANARY}": 1}]`,
  })
  const reader = app.reader()

  test('tells which version it is, and comes out as what it is', async () => {
    const value = await reader.get('text')
    assert.ok(value instanceof SecretValue)
    const { ARN, CreatedDate, VersionId } = await app.client.getSecretValue({ SecretId: 'text' })
    assert.deepEqual(
      { ...value },
      {
        id: 'text',
        arn: ARN,
        name: 'text',
        versionId: VersionId,
        versionStages: ['AWSCURRENT'],
        createdDate: CreatedDate,
        stale: false,
      },
    )
    assert.equal(value.string, CANARY)
    assert.equal(value.binary, undefined)
    assert.deepEqual((await reader.get('bytes')).binary, BYTES)
    assert.deepEqual(await reader.getBinary('bytes'), BYTES)
    assert.equal(await reader.getString('text'), CANARY)
  })

  test('of the other kind is an error', async () => {
    await assert.rejects(reader.getString('bytes'), { code: 'WrongKind', secretId: 'bytes' })
    await assert.rejects(reader.getBinary('text'), { code: 'WrongKind', secretId: 'text' })
    await assert.rejects(reader.getJson('bytes'), { code: 'WrongKind', secretId: 'bytes' })
  })

  test('is parsed as JSON, and typed by a schema of any library', async () => {
    assert.deepEqual(await reader.getJson('json'), { user: 'app', port: 5432, password: CANARY })
    const byZod = await reader.getJson('json', z.object({ user: z.string(), port: z.number() }))
    const byValibot = await reader.getJson('json', v.object({ user: v.string(), port: v.number() }))
    // These lines do not compile unless the results are typed.
    const ports: number = byZod.port + byValibot.port
    assert.equal(ports, 10864)
    const { value } = (await reader.getMany(['json']))[0]!
    assert.deepEqual(await value?.json(z.object({ user: z.string() }).transform(({ user }) => user.length)), 3)
  })

  const misfits: [title: string, read: () => Promise<unknown>, expected: object][] = [
    ['text that is not JSON', () => reader.getJson('text'), { code: 'InvalidJson', paths: [] }],
    ['JSON that breaks off', () => reader.getJson('broken'), { code: 'InvalidJson' }],
    [
      'what does not fit a schema of zod',
      () => reader.getJson('json', z.object({ password: z.number(), port: z.literal(1) })),
      { code: 'SchemaMismatch', paths: ['password', 'port'] },
    ],
    [
      'what does not fit a schema of valibot, whose messages quote it',
      () => reader.getJson('json', v.object({ password: v.literal('x') })),
      { code: 'SchemaMismatch', paths: ['password'] },
    ],
    [
      'names of members',
      () => reader.getJson('list', z.array(z.record(z.string(), z.string()))),
      { code: 'SchemaMismatch', paths: [`0.${CANARY}`] },
    ],
    [
      'what a schema throws',
      () =>
        reader.getJson(
          'text',
          v.pipe(
            v.unknown(),
            v.transform(() => assert.fail(CANARY)),
          ),
        ),
      { code: 'InvalidJson' },
    ],
    [
      'what the code in a schema throws',
      () => reader.getJson('json', z.object({ password: z.string().transform((text) => assert.fail(text)) })),
      { code: 'SchemaMismatch' },
    ],
  ]
  for (const [title, read, expected] of misfits)
    test(`does not show in the error for ${title}`, async () => {
      await assert.rejects(read(), (error: SecretReadError) => {
        assert.equal(error.name, 'SecretReadError')
        for (const [name, wanted] of Object.entries(expected))
          assert.deepEqual(error[name as keyof SecretReadError], wanted)
        assertHidden(error)
        return true
      })
    })

  test('does not show in itself, in results, or in the reader', async () => {
    const results = await reader.getMany(['text', 'bytes', 'json', 'none'])
    assertHidden(results)
    for (const { value, error } of results) assertHidden(value ?? error)
    assertHidden(reader)
    assert.equal(String(results[0]?.value), 'SecretValue(text)')
    const watch = reader.watch('text')
    assertHidden(await watch.next())
    assertHidden(watch)
    await watch.return?.()
    for await (const found of reader.find([{ Key: 'all', Values: ['text'] }])) assertHidden(found)
  })
})

describe('an answer that cannot be understood', () => {
  const answers: [title: string, statusCode: number, body: string, expected: object][] = [
    [
      'breaks off',
      200,
      `{"SecretValues":[{"SecretString":"${CANARY}","Name":"db" "ARN"`,
      { unreachable: false, status: 200 },
    ],
    ['is plain text', 200, CANARY, { unreachable: false, status: 200 }],
    ['comes from a gateway', 502, `<html>${CANARY}</html>`, { unreachable: true, status: 502 }],
  ]
  for (const [title, statusCode, body, expected] of answers)
    test(`because it ${title} shows nothing of itself`, async () => {
      await using app = await startReaderApp()
      const client = app.clientFor({
        requestHandler: {
          metadata: { handlerProtocol: 'test' },
          handle: async () => ({
            response: {
              statusCode,
              headers: { 'content-type': 'application/x-amz-json-1.1' },
              body: Buffer.from(body),
            },
          }),
        } as never,
      })
      await using reader = createSecretReader({ client })
      await assert.rejects(reader.get('db'), (error: SecretReadError) => {
        assert.partialDeepStrictEqual({ ...error }, { secretId: 'db', ...expected })
        assertHidden(error)
        return true
      })
    })
})
