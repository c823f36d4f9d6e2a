import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { cleanEnvironment, clientOf, LAUNCHER, runCoffer, serve, temporaryFolder, twoProcesses } from './coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

const dataOf = (folder: { readonly path: string }) => ['--data-dir', join(folder.path, 'data')]

const linesOf = (stdout: string) => stdout.split('\n').filter((line) => line !== '')
const idsIn = (stdout: string) => linesOf(stdout).map((line) => JSON.parse(line).requestParameters.secretId)

describe('coffer trail search', () => {
  test('prints what fits as JSON lines, CSV or a table, while the server runs and when it does not', async () => {
    using folder = temporaryFolder()
    {
      await using server = await serve(folder.path)
      const client = clientOf(server, folder.path)
      await client.createSecret({ Name: 'prod/db', SecretString: 'value' })
      for (const SecretId of ['prod/db', 'gone', 'prod/db']) await client.describeSecret({ SecretId }).catch(() => {})
      const args = ['trail', 'search', ...dataOf(folder), '--what', 'Describe*']
      assert.deepEqual(idsIn((await runCoffer(args)).stdout), ['prod/db', 'gone', 'prod/db'])
      assert.deepEqual(idsIn((await runCoffer([...args, '--limit', '2'])).stdout), ['gone', 'prod/db'])
      assert.deepEqual(idsIn((await runCoffer([...args, '--outcome', 'failed', '--since', '1h'])).stdout), ['gone'])
      // The record of a change is there at once.
      await client.deleteSecret({ SecretId: 'prod/db' })
      const deleted = await runCoffer(['trail', 'search', ...dataOf(folder), '--what', 'DeleteSecret'])
      assert.deepEqual(idsIn(deleted.stdout), ['prod/db'])
    }
    const csv = await runCoffer(['trail', 'search', ...dataOf(folder), '--secret', 'gone', '--format', 'csv'])
    const [heading, line, ...more] = linesOf(csv.stdout)
    assert.match(heading ?? '', /^time,service,event,who,/)
    assert.match(line ?? '', /,secretsmanager,DescribeSecret,administrator,.*,gone,ResourceNotFoundException,/)
    assert.deepEqual(more, [])
    const table = await runCoffer(['trail', 'search', ...dataOf(folder), '--secret', 'gone', '--format', 'table'])
    assert.match(
      table.stdout,
      /^UTC +WHO +WHAT +TARGET +OUTCOME\n\d\d-\d\d \d\d:\d\d administrator DescribeSecret gone /,
    )
    for (const format of ['table', 'json']) {
      const none = await runCoffer(['trail', 'search', ...dataOf(folder), '--who', 'eve', '--format', format])
      const stderr = 'No record fits. Searched the records of 7 requests.\n'
      assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', stderr])
    }
  })

  test('fits a narrow terminal', { skip: noTerminal }, async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    await clientOf(server, folder.path).createSecret({ Name: 'prod/db'.repeat(10), SecretString: 'value' })
    const { stdout } = await runOnTerminal(['trail', 'search', ...dataOf(folder)], { columns: 40 })
    assert.match(stdout, /admi\S* +Creat\S* +prod/)
    for (const line of stdout.split('\n')) assert.ok(line.trimEnd().length <= 40, line)
  })

  test('says in one line what it cannot do', async () => {
    using folder = temporaryFolder()
    for (const [args, line] of [
      [[], /^coffer: Cannot read the trail: .*: there is no Coffer data in it/],
      [['--since', 'yesterday'], /^coffer: Cannot use --since: yesterday: wanted a time such as 15m/],
      [['--format', 'xml'], /^coffer: Cannot use --format: xml: wanted table, json, csv$/m],
      [['--limit', '0'], /^coffer: Cannot use the limit: 0: wanted a whole number/],
      [['--address', 'here'], /^coffer: Cannot use --address: here: wanted an address/],
      [['--color'], /^coffer: unknown option '--color'/],
    ] as const) {
      const { code, stdout, stderr } = await runCoffer(['trail', 'search', ...dataOf(folder), ...args])
      assert.deepEqual([code, stdout], [args.length === 0 ? 1 : 2, ''])
      assert.match(stderr, line)
      assert.equal(linesOf(stderr).length, 1)
    }
  })
})

/** `coffer trail tail` at work, and what it prints line by line. */
function tail(folder: { readonly path: string }, more: readonly string[] = [], nodeArgs: readonly string[] = []) {
  const args = [...nodeArgs, LAUNCHER, 'trail', 'tail', ...dataOf(folder), '--follow', ...more]
  const child = spawn(process.execPath, args, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value ?? '')
  return { child, exit, next }
}

describe('coffer trail tail', () => {
  test('prints the newest records, and ends', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    const client = clientOf(server, folder.path)
    for (let index = 0; index < 12; index++) await client.describeSecret({ SecretId: `s${index}` }).catch(() => {})
    const { code, stdout } = await runCoffer(['trail', 'tail', ...dataOf(folder)])
    assert.equal(code, 0)
    assert.deepEqual(
      idsIn(stdout),
      Array.from({ length: 10 }, (_, index) => `s${index + 2}`),
    )
  })

  test('prints each record that comes once, of reads and of changes, also of a server that was started anew', async () => {
    using folder = temporaryFolder()
    const expected: string[] = []
    let following: ReturnType<typeof tail> | undefined
    for (const round of ['first', 'second']) {
      await using server = await serve(folder.path)
      const client = clientOf(server, folder.path)
      if (!following) {
        await client.describeSecret({ SecretId: 'before' }).catch(() => {})
        following = tail(folder, ['--what', 'secretsmanager:*', '--limit', '1'])
        // What was there is printed once it looks.
        assert.equal((await following.next()).requestParameters.secretId, 'before')
      }
      for (let index = 0; index < 5; index++) {
        await client.createSecret({ Name: `${round}-${index}`, SecretString: 'x' })
        await client.describeSecret({ SecretId: `${round}-${index}` })
        expected.push(`CreateSecret ${round}-${index}`, `DescribeSecret ${round}-${index}`)
      }
      const seen: string[] = []
      while (seen.length < 10) {
        const { eventName, requestParameters } = await following.next()
        seen.push(`${eventName} ${requestParameters.name ?? requestParameters.secretId}`)
      }
      assert.deepEqual(seen.toSorted(), expected.splice(0).toSorted())
    }
    following?.child.kill('SIGTERM')
    assert.deepEqual(await following?.exit, [0, null])
  })

  for (const [processes, { nodeArgs }] of [
    ['one process', { nodeArgs: [] }],
    ['two processes', twoProcesses],
  ] as const)
    test(`of ${processes} ends by itself at a signal, and when nobody reads any more`, async () => {
      using folder = temporaryFolder()
      await using server = await serve(folder.path)
      const client = clientOf(server, folder.path)
      await client.listSecrets()
      const stopped = tail(folder, [], nodeArgs)
      await stopped.next()
      stopped.child.kill('SIGINT')
      assert.deepEqual(await stopped.exit, [0, null])
      const unread = tail(folder, [], nodeArgs)
      await unread.next()
      unread.child.stdout.destroy()
      await client.listSecrets()
      const [code] = await unread.exit
      assert.equal(code, 0)
    })
})
