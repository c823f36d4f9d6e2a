import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { decisionsPerSecond } from './decisions.ts'
import type { LoadRequest, LoadResult } from './load.ts'
import type { Kind } from './requests.ts'
import type { ServerRequest, ServerStarted, Usage } from './server.ts'

// Server CPU per request beside a bare node:http server that answers the same bytes, in turns in one run, on loopback. The load generator is
// a process of its own. The bare server answers each request at once; that is the plain way, and the harder one to stand beside.

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    secrets: { type: 'string', default: '10000' },
  },
})
const seconds = wholeNumber('seconds', 1, 60)
const rounds = wholeNumber('rounds', 1, 50)
const connections = wholeNumber('connections', 1, 512)
const secrets = wholeNumber('secrets', 20, 1_000_000)

function wholeNumber(name: keyof typeof options, least: number, most: number): number {
  const value = Number(options[name])
  if (Number.isInteger(value) && value >= least && value <= most) return value
  console.error(`bench: --${name} takes a whole number from ${least} to ${most}`)
  process.exit(2)
}

interface Measured extends LoadResult {
  /** Server CPU, microseconds for each request. */
  readonly cpu: number
}

const children: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
try {
  await run()
} finally {
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const load = start('load.ts', [])
  console.log(`${secrets} secrets of 200 bytes, ${connections} connections, ${rounds} rounds of ${seconds} s each`)
  const coffer = await startServer(['coffer', join(folder, 'data'), String(secrets)])
  const measure = (server: Server, kind: Kind, many = connections, milliseconds = seconds * 1000) =>
    measured(load, server, { kind, port: server.port, secrets, connections: many, milliseconds })

  // The first round warms up, and says what the bare server is to answer.
  const bodies: Record<string, string> = {}
  for (const kind of ['GetSecretValue', 'BatchGetSecretValue'] as const)
    bodies[kind] = (await measure(coffer, kind)).sample
  const bare = await startServer(['bare', JSON.stringify(bodies)])
  for (const kind of ['GetSecretValue', 'BatchGetSecretValue'] as const) {
    await measure(bare, kind, connections, 500)
    const pairs: { ours: Measured; bare: Measured }[] = []
    for (let round = 0; round < rounds; round++)
      pairs.push({ bare: await measure(bare, kind), ours: await measure(coffer, kind) })
    report(kind, pairs)
  }

  const one = await measure(coffer, 'PutSecretValue', 1)
  const many = await measure(coffer, 'PutSecretValue', 32)
  const rate = ({ requests, seconds }: Measured) => requests / seconds
  console.log(`\nPutSecretValue, acknowledged when on the disk`)
  for (const [label, result] of [['1 writer', one] as const, ['32 writers', many] as const])
    console.log(
      `  ${label.padEnd(12)}${rate(result).toFixed(0).padStart(7)} /s   p50 ${result.p50.toFixed(1)} ms   p99 ${result.p99.toFixed(1)} ms   ${failed(result)}`,
    )
  console.log(`  32 writers reach ${(rate(many) / rate(one)).toFixed(1)} times the rate of one`)
  decisionsPerSecond(200)
  const decisions = decisionsPerSecond(1000)
  console.log(
    `\nDecisions, 20 secrets under 10 policies of 10 statements: ${decisions.toFixed(0)} /s, ${(1e6 / decisions).toFixed(2)} us each`,
  )
  console.log(`\nMemory of the server: ${((await usageOf(coffer)).memory / 1e6).toFixed(0)} MB`)
  for (const server of [coffer, bare]) await stop(server)
}

function report(kind: Kind, pairs: readonly { ours: Measured; bare: Measured }[]): void {
  console.log(`\n${kind}: server CPU, microseconds a request`)
  const line = (label: string, texts: readonly string[]) =>
    console.log(`  ${label.padEnd(12)}${texts.map((text) => text.padStart(9)).join('')}`)
  line('', ['median', 'lowest', '/s', 'p50 ms', 'p99 ms', 'failed'])
  for (const [label, results] of [
    ['bare', pairs.map(({ bare }) => bare)],
    ['Coffer', pairs.map(({ ours }) => ours)],
  ] as const) {
    const of = (pick: (result: Measured) => number) => median(results.map(pick))
    line(label, [
      of(({ cpu }) => cpu).toFixed(1),
      Math.min(...results.map(({ cpu }) => cpu)).toFixed(1),
      of(({ requests, seconds }) => requests / seconds).toFixed(0),
      of(({ p50 }) => p50).toFixed(2),
      of(({ p99 }) => p99).toFixed(2),
      String(results.reduce((sum, { failures }) => sum + failures, 0)),
    ])
  }
  const ratios = pairs.map(({ ours, bare }) => ours.cpu / bare.cpu)
  const lowest = (pick: (pair: { ours: Measured; bare: Measured }) => Measured) =>
    Math.min(...pairs.map((pair) => pick(pair).cpu))
  line('ratio', [median(ratios).toFixed(2), (lowest(({ ours }) => ours) / lowest(({ bare }) => bare)).toFixed(2)])
}

function failed({ failures }: LoadResult): string {
  return failures > 0 ? `${failures} failed` : ''
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

interface Server {
  readonly child: ChildProcess
  readonly port: number
}

function start(file: string, args: readonly string[]): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args)
  children.push(child)
  return child
}

async function startServer(args: readonly string[]): Promise<Server> {
  const child = start('server.ts', args)
  const [{ port }] = (await once(child, 'message')) as [ServerStarted]
  return { child, port }
}

async function usageOf({ child }: Server): Promise<Usage> {
  const answer = once(child, 'message')
  child.send('usage' satisfies ServerRequest)
  return ((await answer) as [Usage])[0]
}

async function stop({ child }: Server): Promise<void> {
  const gone = once(child, 'exit')
  child.send('stop' satisfies ServerRequest)
  await gone
}

async function measured(load: ChildProcess, server: Server, request: LoadRequest): Promise<Measured> {
  const before = await usageOf(server)
  const answer = once(load, 'message')
  load.send(request)
  const [result] = (await answer) as [LoadResult]
  const after = await usageOf(server)
  return { ...result, cpu: (after.cpu - before.cpu) / result.requests }
}
