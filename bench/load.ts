import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type Kind, signedRequest } from './requests.ts'

export interface LoadRequest {
  readonly kind: Kind
  readonly port: number
  readonly secrets: number
  readonly connections: number
  readonly milliseconds: number
}

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  /** Body of one answer. */
  readonly sample: string
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Requests signed before the clock starts; each is sent again and again, but for writes, which are made one by one. */
const SIGNED_AHEAD = 4_000

process.on('message', async (request: LoadRequest) => {
  process.send?.(await load(request))
})

/** Every connection sends its next request when the answer to the last one is there, until the time is over. */
async function load({ kind, port, secrets, connections, milliseconds }: LoadRequest): Promise<LoadResult> {
  const make = () => signedRequest(kind, secrets, port)
  const ahead = kind === 'PutSecretValue' ? [] : Array.from({ length: SIGNED_AHEAD }, make)
  let sent = 0
  const next = () => ahead[sent++ % SIGNED_AHEAD] ?? make()
  const latencies: number[] = []
  const result = { failures: 0, sample: '' }
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const start = performance.now()
  const end = start + milliseconds
  await Promise.all(
    sockets.map(async (socket) => {
      const answers = answersOf(socket)
      while (performance.now() < end) {
        const before = performance.now()
        socket.write(next())
        const { status, body } = await answers()
        latencies.push(performance.now() - before)
        if (status !== 200) result.failures++
        result.sample = body
      }
      socket.destroy()
    }),
  )
  const seconds = (performance.now() - start) / 1000
  latencies.sort((left, right) => left - right)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { requests: latencies.length, seconds, p50: at(0.5), p99: at(0.99), ...result }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.setNoDelay(true)
    socket.once('error', reject)
  })
}

interface Answer {
  readonly status: number
  readonly body: string
}

/** The next answer of a connection. Reads just as much HTTP as our servers write: a length, always. */
function answersOf(socket: Socket): () => Promise<Answer> {
  let received: Buffer = Buffer.alloc(0)
  let waiting: ((answer: Answer) => void) | undefined
  const take = () => {
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0 || !waiting) return
    const head = received.toString('latin1', 0, headEnd)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
    const bodyStart = headEnd + 4
    if (received.length < bodyStart + length) return
    const answer = { status: Number(head.slice(9, 12)), body: received.toString('utf8', bodyStart, bodyStart + length) }
    received = received.subarray(bodyStart + length)
    const settle = waiting
    waiting = undefined
    settle(answer)
  }
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    take()
  })
  return () =>
    new Promise((resolve) => {
      waiting = resolve
      take()
    })
}
