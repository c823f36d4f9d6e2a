import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createSecretReader } from '../src/client/create-secret-reader.ts'
import { ADMINISTRATOR } from './credentials.ts'
import { nameOf, REGION } from './fill.ts'
import type { ServerStarted } from './server.ts'

// What an application costs that reads its secrets as it starts: by one GetSecretValue each, as the official SDK has it, one after the other and
// all at once, and by coffer/client. Over a relay that counts bytes and adds a delay, since a server is seldom on loopback. TLS would add to all.

const { values: options } = parseArgs({
  options: {
    secrets: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '7' },
    delay: { type: 'string', default: '0,2' },
  },
})
const count = wholeNumber('secrets', options.secrets, 1, 1000)
const rounds = wholeNumber('rounds', options.rounds, 1, 100)
const delays = options.delay.split(',').map((text) => wholeNumber('delay', text, 0, 1000))

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  console.error(`bench: --${name} takes whole numbers from ${least} to ${most}`)
  process.exit(2)
}

interface Traffic {
  calls: number
  sent: number
  received: number
  connections: number
}

interface Sample extends Traffic {
  readonly milliseconds: number
  /** Of this process, microseconds. */
  readonly cpu: number
}

type Way = (client: SecretsManagerClient, names: readonly string[]) => Promise<number>

const ways: Readonly<Record<string, Way>> = {
  'GetSecretValue, one by one': async (client, names) => {
    let read = 0
    for (const SecretId of names)
      if ((await client.send(new GetSecretValueCommand({ SecretId }))).SecretString !== undefined) read++
    return read
  },
  'GetSecretValue, all at once': async (client, names) => {
    const answers = await Promise.all(names.map((SecretId) => client.send(new GetSecretValueCommand({ SecretId }))))
    return answers.filter(({ SecretString }) => SecretString !== undefined).length
  },
  'coffer/client': async (client, names) => {
    const reader = createSecretReader({ client })
    const read = (await Promise.all(names.map((name) => reader.getString(name)))).length
    await reader.close()
    return read
  },
}

const folder = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
let server: ChildProcess | undefined
try {
  server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), ['coffer', join(folder, 'data'), String(count)])
  const [{ port }] = (await once(server, 'message')) as [ServerStarted]
  console.log(`${count} secrets of 200 bytes read at start, a new client each time, median of ${rounds} rounds`)
  for (const delay of delays) await compare(port, delay)
} finally {
  server?.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function compare(port: number, delay: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => nameOf(index))
  const samples = new Map<string, Sample[]>(Object.keys(ways).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const [name, way] of Object.entries(ways)) {
      const sample = await measure(port, delay, names, way)
      // The first round warms up.
      if (round >= 0) samples.get(name)?.push(sample)
    }
  console.log(`\n${delay} ms each way`)
  console.log(
    `${''.padEnd(30)}${['calls', 'sockets', 'bytes out', 'bytes in', 'ms', 'CPU ms'].map((text) => text.padStart(10)).join('')}`,
  )
  for (const [name, all] of samples) {
    const of = (pick: (sample: Sample) => number, digits = 0) => median(all.map(pick)).toFixed(digits).padStart(10)
    console.log(
      `${name.padEnd(30)}${of(({ calls }) => calls)}${of(({ connections }) => connections)}${of(({ sent }) => sent)}` +
        `${of(({ received }) => received)}${of(({ milliseconds }) => milliseconds, 1)}${of(({ cpu }) => cpu / 1000, 1)}`,
    )
  }
}

async function measure(port: number, delay: number, names: readonly string[], way: Way): Promise<Sample> {
  const traffic: Traffic = { calls: 0, sent: 0, received: 0, connections: 0 }
  const relay = await startRelay(port, delay, traffic)
  const client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${relay.port}`,
    region: REGION,
    credentials: ADMINISTRATOR,
  })
  client.middlewareStack.add(
    (next) => (args) => {
      traffic.calls += 1
      return next(args)
    },
    { step: 'finalizeRequest' },
  )
  const before = process.cpuUsage()
  const begin = performance.now()
  const read = await way(client, names)
  const milliseconds = performance.now() - begin
  const { user, system } = process.cpuUsage(before)
  client.destroy()
  await relay.close()
  if (read !== names.length) throw new Error(`read ${read} of ${names.length} secrets`)
  return { ...traffic, milliseconds, cpu: user + system }
}

/** Passes bytes on after a delay each way, and counts them. */
async function startRelay(port: number, delay: number, traffic: Traffic) {
  const sockets = new Set<Socket>()
  const pass = (from: Socket, to: Socket, count: (bytes: number) => void) => {
    sockets.add(from)
    from.on('data', (bytes) => {
      count(bytes.length)
      if (delay === 0) to.write(bytes)
      else setTimeout(() => to.write(bytes), delay)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
  const relay = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    traffic.connections += 1
    pass(near, far, (bytes) => {
      traffic.sent += bytes
    })
    pass(far, near, (bytes) => {
      traffic.received += bytes
    })
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const address = relay.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => relay.close(resolve))
    },
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
