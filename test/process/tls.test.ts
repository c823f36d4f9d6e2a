import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { serve, temporaryFolder } from './coffer.ts'

const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))

test('with TLS, serve listens beyond this machine, and answers whoever trusts its certificate', async () => {
  using folder = temporaryFolder()
  const tls = ['--tls-cert', file('server.pem'), '--tls-key', file('server-key.pem')]
  await using server = await serve(folder.path, ['--host', '0.0.0.0', ...tls])
  assert.equal(server.url, `https://0.0.0.0:${server.port}`)
  const health = `https://127.0.0.1:${server.port}/health`
  const [answer] = (await once(get(health, { ca: readFileSync(file('server.pem')), agent: false }), 'response')) as [
    IncomingMessage,
  ]
  answer.resume()
  assert.equal(answer.statusCode, 200)
  // Who does not know the certificate does not go on, and who speaks no TLS gets nothing.
  await assert.rejects(once(get(health, { agent: false }), 'response'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  await assert.rejects(fetch(`http://127.0.0.1:${server.port}/health`))
})
