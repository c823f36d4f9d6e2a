import { createServer } from 'node:http'
import { startHttpServer } from '../src/http/server.ts'
import { startCoffer } from '../src/start-coffer.ts'
import { ADMINISTRATOR } from './credentials.ts'
import { fill } from './fill.ts'

/** What a server process is asked, over its channel. */
export type ServerRequest = 'usage' | 'stop'

/** CPU of the whole process, all threads, microseconds since its start; memory in bytes. */
export interface Usage {
  readonly cpu: number
  readonly memory: number
}

export interface ServerStarted {
  readonly port: number
}

/** Bodies that the bare server answers, by the operation in `X-Amz-Target`. */
export type BareBodies = Readonly<Record<string, string>>

const [kind, argument = '', secrets = '0'] = process.argv.slice(2)
const stop: () => Promise<void> =
  kind === 'bare' ? await bare(JSON.parse(argument)) : await coffer(argument, Number(secrets))
process.on('message', async (request: ServerRequest) => {
  if (request === 'stop') {
    await stop()
    process.disconnect?.()
    return
  }
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss() } satisfies Usage)
})

/** Coffer as `coffer serve` runs it: durable, every signature verified, every read recorded before it is answered. */
async function coffer(dataDir: string, count: number): Promise<() => Promise<void>> {
  const log = { info() {}, warn() {}, error: (details: object, message: string) => console.error(message, details) }
  const running = await startCoffer({
    dataDir,
    rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true },
    verify: true,
    enforce: true,
    account: '111122223333',
    administrator: ADMINISTRATOR,
    // Counts every request, and holds none back.
    rateFactor: 1000,
    keepCredentials: async () => {},
    log,
  })
  if (running.credentials) await fill(running, 0, count)
  const options = { host: '127.0.0.1', port: 0, trustedProxies: [], ping: running.ping, log }
  const server = await startHttpServer(running.app, options)
  process.send?.({ port: server.port } satisfies ServerStarted)
  return async () => {
    await server.close()
    await running.close()
  }
}

/** The least that any server in Node.js costs: reads a request, answers bytes that are ready. */
async function bare(bodies: BareBodies): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    request.on('data', () => {})
    request.on('end', () => {
      const body = bodies[String(request.headers['x-amz-target']).replace('secretsmanager.', '')] ?? ''
      response.writeHead(200, {
        'x-amzn-RequestId': '00000000-0000-4000-8000-000000000000',
        'Content-Type': 'application/x-amz-json-1.1',
        'Content-Length': Buffer.byteLength(body),
      })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? (address?.port ?? 0) : 0 } satisfies ServerStarted)
  return async () => {
    server.closeAllConnections()
    server.close()
  }
}
