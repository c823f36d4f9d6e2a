import type { ListenConfig } from '../config.ts'
import type { HostGuard } from '../http/host-guard.ts'
import { type HttpServer, startHttpServer } from '../http/server.ts'
import type { Log } from '../log.ts'
import type { RunningCoffer } from '../start-coffer.ts'
import { CertificateWatch } from './certificate-watch.ts'
import { CommandError } from './command-error.ts'
import { readTls } from './read-tls.ts'
import { stopSignal } from './stop-signals.ts'

export interface ServerRun {
  readonly config: ListenConfig
  readonly log: Log
  start(): Promise<RunningCoffer>
  /** Names that a Host header may have where the server takes any credentials; any when absent. */
  readonly hostGuard?: HostGuard | undefined
  /** Told once requests are answered; before the line on standard output. */
  onListening(running: RunningCoffer, url: string): void | Promise<void>
  /** Makes what SIGHUP does, once the server listens. Without it SIGHUP stops the server. */
  makeReload?(parts: ReloadParts): () => Promise<void>
  /** Called when no request can come any more, before the store closes. */
  onStopped?(): Promise<void>
}

/** What a reload replaces parts of. */
export interface ReloadParts {
  readonly running: RunningCoffer
  readonly server: HttpServer
  /** Absent without TLS. */
  readonly certificate: CertificateWatch | undefined
}

/** Starts, says so, serves until a signal, stops gracefully. */
export async function runServer({ config, log, ...run }: ServerRun): Promise<void> {
  endOnFailure(log)
  let reload = async () => {}
  const stopped = stopSignal(run.makeReload && (() => void reload()))
  const tls = config.tls && readTls(config.tls)
  const running = await run.start()
  try {
    const { host, port, trustedProxies } = config
    const server = await listen(running, {
      host,
      port,
      trustedProxies,
      ping: running.ping,
      log,
      ...(tls && { tls }),
      hostGuard: run.hostGuard,
    })
    using certificate = tls && new CertificateWatch(tls.cert, log)
    try {
      if (run.makeReload) reload = run.makeReload({ running, server, certificate })
      running.listensAt(fromThisMachine(server.url))
      await run.onListening(running, server.url)
      process.stdout.write(`Coffer is listening on ${server.url}\n`)
      await stopped
      log.info({}, 'stopping')
    } finally {
      await server.close()
    }
  } finally {
    await run.onStopped?.()
    await running.close()
  }
  log.info({}, 'stopped')
  // Records that nobody reads from a pipe come again at the next start; they must not keep this process.
  if (process.stdout.writableLength > 0) process.exit()
}

/** An address that means all of them is none to connect to. */
function fromThisMachine(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

/** Something went wrong where nobody could handle it: whatever state this process is in, it goes no further. */
function endOnFailure(log: Log): void {
  const end = (error: unknown) => {
    log.error({ err: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'ended by a failure')
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}

async function listen({ app }: RunningCoffer, options: Parameters<typeof startHttpServer>[1]): Promise<HttpServer> {
  try {
    return await startHttpServer(app, options)
  } catch (error) {
    // Its message is one line for the operator.
    throw new CommandError((error as Error).message)
  }
}
