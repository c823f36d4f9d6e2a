import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  cleanEnvironment,
  clientOf,
  LAUNCHER,
  runCoffer,
  serve,
  serveArgs,
  temporaryFolder,
  twoProcesses,
} from './coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

describe('a terminal of 40 columns', { skip: noTerminal, concurrency: 2 }, () => {
  for (const command of [
    '',
    'serve',
    'dev',
    'trail',
    'trail search',
    'trail tail',
    'admin reset-key',
    'root-key export',
    'root-key import',
  ])
    test(`holds the help of coffer ${command}`, async () => {
      const { code, stdout } = await runOnTerminal([...command.split(' ').filter(Boolean), '--help'], { columns: 40 })
      assert.equal(code, 0)
      // A path cannot be broken, nor what can be copied.
      for (const line of stdout.split('\n')) assert.ok(line.length <= 40 || /^(Usage: .*|\s*\S+)$/.test(line), line)
    })
})

describe('Ctrl-C', { skip: noTerminal }, () => {
  // The terminal sends its signal to the launcher and to the program.
  for (const [kind, options] of [
    ['one process', {}],
    ['two processes', twoProcesses],
  ] as const)
    test(`stops a server of ${kind} gracefully`, async () => {
      using folder = temporaryFolder()
      const answers = [{ prompt: /listening on/, type: '\x03' }]
      const ended = await runOnTerminal(serveArgs(folder.path), { columns: 80, answers, ...options })
      assert.equal(ended.code, 0)
      assert.match(ended.stdout, /"msg":"stopped"\}\n$/)
    })
})

describe('the trail', () => {
  test('is a table on a terminal, also while the server runs, and JSON lines for a program', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    const client = clientOf(server, folder.path)
    await client.createSecret({ Name: 'prod/db', SecretString: 'value' })
    await client.batchGetSecretValue({ SecretIdList: ['prod/db', 'gone'] })
    const args = ['trail', '--data-dir', join(folder.path, 'data')]

    const { code, stdout, stderr } = await runCoffer(args)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const own = records.filter(({ eventType }) => eventType === 'AwsApiCall')
    assert.deepEqual(
      own.map(({ eventName, errorCode, requestParameters }) => [eventName, requestParameters.secretId, errorCode]),
      [
        ['CreateSecret', undefined, undefined],
        ['BatchGetSecretValue', undefined, undefined],
        ['GetSecretValue', 'prod/db', undefined],
        ['GetSecretValue', 'gone', 'ResourceNotFoundException'],
      ],
    )
    assert.equal(new Set(records.map(({ eventID }) => eventID)).size, records.length)
    assert.ok(!stdout.includes('"value"'), 'no value stands in a record')

    const newest = await runCoffer([...args, '--limit', '1'])
    assert.equal(newest.stdout, `${stdout.trimEnd().split('\n').at(-1)}\n`)
    if (noTerminal) return
    for (const columns of [40, 80, 120]) await assertTable(args, columns, records.length)
    const json = await runOnTerminal([...args, '--json'], { columns: 80 })
    assert.equal(json.stdout, stdout)
  })

  async function assertTable(args: readonly string[], columns: number, records: number) {
    const { stdout } = await runOnTerminal(args, { columns })
    const [heading, ...lines] = stdout.trimEnd().split('\n')
    assert.match(heading ?? '', /^(TIME \(UTC\)|UTC) +WHO +WHAT +TARGET +OUTCOME$/)
    assert.equal(lines.length, records)
    for (const line of lines) assert.ok(line.length <= columns, line)
    assert.match(lines.at(-1) ?? '', /^\S+ .*admin\S* +GetSec\S* +gone +Resou/)
  }
})

test('a reader who goes away is no reason to complain', async () => {
  const child = spawn(process.execPath, [LAUNCHER, 'serve', '--help'], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [, signal] = await once(child, 'close')
  assert.deepEqual({ stderr, signal }, { stderr: '', signal: null })
})

const fullDisk = { skip: process.platform !== 'linux' && 'needs /dev/full' }
test('a disk that takes no output is a failure in one line', fullDisk, async () => {
  const child = spawn('/bin/sh', ['-c', `exec "$0" "$1" --help > /dev/full`, process.execPath, LAUNCHER], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  assert.match(stderr, /^coffer: Cannot write the output: [^\n]+\n$/)
  assert.equal(code, 1)
})
