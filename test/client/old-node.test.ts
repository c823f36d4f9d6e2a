import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ADMINISTRATOR, REGION } from '../start-app.ts'
import { numbered, startReaderApp } from './start-reader.ts'

// The server needs a newer Node.js than the client does: the client is built, and run by whatever the machine has.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OLD = '/usr/bin/node'
const version = existsSync(OLD) ? spawnSync(OLD, ['--version'], { encoding: 'utf8' }).stdout.trim() : 'none'
const major = Number.parseInt(version.slice(1), 10)
const skip = !(major >= 20 && major < 24) && `needs ${OLD} from 20 to 23, and it is ${version}`

const PROGRAM = `
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createSecretReader } from './client/create-secret-reader.js'
const client = new SecretsManagerClient(JSON.parse(process.argv[2]))
const reader = createSecretReader({ client })
const results = await reader.getMany([...JSON.parse(process.argv[3]), 'missing'])
console.log(results.map(({ value, error }) => value?.string ?? error.code).join())
for await (const { value } of reader.find([{ Key: 'name', Values: ['s1'] }])) console.log(value.string)
console.log((await reader.refresh('s1')).versionStages.join(), Symbol.asyncDispose in reader)
const watch = reader.watch('s1')
await watch.next()
void watch.next()
console.log(reader, results[0].value)
client.destroy()
`

describe(`the client on an old Node.js (${version})`, { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-client-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('reads, finds and refreshes, and no timer of its own keeps the process alive', {
    timeout: 120_000,
  }, async () => {
    build(folder)
    await using app = await startReaderApp({ transport: 'http' })
    const values = numbered(3)
    await app.fill(values)
    const endpoint = (await app.client.config.endpoint?.())!
    const url = `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`
    const config = { endpoint: url, region: REGION, credentials: ADMINISTRATOR }
    const args = [join(folder, 'program.js'), JSON.stringify(config), JSON.stringify(Object.keys(values))]
    // The SDK warns of the end of its support for old versions.
    const env = { ...process.env, NODE_NO_WARNINGS: '1' }
    const child = spawn(OLD, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (text) => (output[name] += text))
    const [code] = await once(child, 'close')
    assert.deepEqual([code, output.stderr], [0, ''])
    const [values1, found, refreshed, ...printed] = output.stdout.split('\n')
    assert.equal(values1, 'value of s0,value of s1,value of s2,ResourceNotFoundException')
    assert.equal(found, 'value of s1')
    assert.equal(refreshed, 'AWSCURRENT true')
    assert.doesNotMatch(printed.join('\n'), /value of/)
  })
})

function build(folder: string): void {
  const config = join(folder, 'tsconfig.json')
  const compilerOptions = {
    rootDir: join(ROOT, 'src'),
    outDir: folder,
    types: [join(ROOT, 'node_modules/@types/node')],
  }
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.build.json'),
      compilerOptions,
      include: [join(ROOT, 'src/client')],
      exclude: [join(ROOT, 'src/**/*.test.ts')],
    }),
  )
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'program.js'), PROGRAM)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  const { status, stdout } = spawnSync(tsc, ['-p', config], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
}
