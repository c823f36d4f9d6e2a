import { startHttpServer } from '../../src/http/server.ts'
import { type AppOptions, startApp, type TestApp } from '../start-app.ts'

/** A Coffer that programs of this machine reach behind a port, whatever way the test's own clients take. */
export async function startListeningApp(options: AppOptions): Promise<TestApp> {
  const app = await startApp(options)
  const { ping } = app.running
  const log = { info() {}, warn() {}, error() {} }
  const server = await startHttpServer(app.running.app, { host: '127.0.0.1', port: 0, trustedProxies: [], ping, log })
  app.running.listensAt(server.url)
  const close = async () => {
    await app.close()
    await server.close()
  }
  return Object.assign(app, { [Symbol.asyncDispose]: close })
}
