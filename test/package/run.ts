import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// The package as a user has it: packed, installed into an empty folder from the registry, started and imported there.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WINDOWS = process.platform === 'win32'
/** Resolved from the checkout, by an absolute path: the package itself does not need it. */
const SDK = createRequire(join(ROOT, 'package.json')).resolve('@aws-sdk/client-secrets-manager')
/** This Node.js first, also where the machine has an older one. */
const env = { ...process.env, PATH: `${join(process.execPath, '..')}${delimiter}${process.env.PATH}` }

const folder = mkdtempSync(join(tmpdir(), 'coffer-package-'))
let passed = 0
let failed = 0
try {
  await check('the package holds the program and its documents, and no tests', () => packed())
  await check('it installs into an empty folder', () => install())
  await check('coffer --version says its version', () => says(['--version'], /^\d+\.\d+\.\d+\n$/))
  await check('coffer dev starts from it, is healthy, and answers the SDK', () => devAnswers())
  await check('createCoffer is imported from it and used with the SDK', () => imported())
  await check('its types resolve, and its request handler fits the SDK', () => typed())
  await check('coffer/client is refused without the SDK, in words', () => clientWithoutSdk())
  await check('coffer/client is imported from it and used with the SDK', () => clientImported())
  await check('the types of coffer/client resolve, and fit the SDK and schemas', () => clientTyped())
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

async function check(what: string, work: () => void | Promise<void>): Promise<void> {
  try {
    await work()
    passed++
    console.log(`ok      ${what}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${what}\n        ${error instanceof Error ? error.message : error}`)
  }
}

function packed(): void {
  const [{ files }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], ROOT)) as [
    { files: { path: string }[] },
  ]
  const paths = files.map(({ path }) => path)
  for (const wanted of [
    'bin/coffer.js',
    'dist/main.js',
    'dist/create-coffer.d.ts',
    'dist/client/create-secret-reader.js',
    'dist/client/create-secret-reader.d.ts',
    'docs/client.md',
    'README.md',
    'LICENSE',
  ])
    if (!paths.includes(wanted)) throw new Error(`${wanted} is not in the package`)
  const stray = paths.filter((path) => /(^|\/)(test|src|node_modules)\/|\.test\.|storm|fixtures/.test(path))
  if (stray.length > 0) throw new Error(`the package also holds ${stray.join(', ')}`)
}

function install(): void {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', join(folder, `coffer-${version}.tgz`)], folder)
}

function says(args: readonly string[], wanted: RegExp): void {
  const text = run('npx', ['--no-install', 'coffer', ...args], folder)
  if (!wanted.test(text)) throw new Error(`it says ${JSON.stringify(text)}`)
}

async function devAnswers(): Promise<void> {
  const launcher = join(folder, 'node_modules', 'coffer', 'bin', 'coffer.js')
  const child = spawn(process.execPath, [launcher, 'dev', '--port', '0'], { env, cwd: folder })
  const exit = once(child, 'exit')
  try {
    let errors = ''
    child.stderr.on('data', (text) => {
      errors += text
    })
    const url = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.on('data', (more) => {
        text += more
        const [, found] = /listening on (\S+)\n/.exec(text) ?? []
        if (found) resolve(found)
      })
      void exit.then(() => reject(new Error(`it ended: ${errors}`)))
    })
    const health = await fetch(`${url}/health`)
    if (health.status !== 200) throw new Error(`GET /health answers ${health.status}`)
    const { SecretsManager } = (await import(
      pathToFileURL(SDK).href
    )) as typeof import('@aws-sdk/client-secrets-manager')
    const credentials = { accessKeyId: '111122223333', secretAccessKey: 'any' }
    const client = new SecretsManager({ endpoint: url, region: 'eu-central-1', credentials, maxAttempts: 1 })
    await client.createSecret({ Name: 'packed', SecretString: 'hello' })
    const { SecretValues } = await client.batchGetSecretValue({ SecretIdList: ['packed'] })
    client.destroy()
    if (SecretValues?.[0]?.SecretString !== 'hello') throw new Error('the value did not come back')
  } finally {
    child.kill('SIGTERM')
    await exit
  }
}

function imported(): void {
  const consumer = join(folder, 'consumer.js')
  writeFileSync(
    consumer,
    `import { createCoffer } from 'coffer'
import sdk from ${JSON.stringify(pathToFileURL(SDK).href)}
await using coffer = await createCoffer()
const client = new sdk.SecretsManager({
  region: 'eu-central-1',
  credentials: { accessKeyId: '111122223333', secretAccessKey: 'any' },
  requestHandler: coffer.requestHandler,
})
await client.createSecret({ Name: 'a', SecretString: 'in process' })
console.log((await client.getSecretValue({ SecretId: 'a' })).SecretString)
`,
  )
  const text = run(process.execPath, [consumer], folder)
  if (text !== 'in process\n') throw new Error(`it prints ${JSON.stringify(text)}`)
}

function typed(): void {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { type Coffer, createCoffer } from 'coffer'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
const coffer: Coffer = await createCoffer({ dataDir: './data', account: '111122223333' })
export const client = new SecretsManager({ requestHandler: coffer.requestHandler })
// @ts-expect-error an option that does not exist
await createCoffer({ dataDirectory: './data' })
`,
  )
  const paths = {
    '@aws-sdk/client-secrets-manager': [
      join(ROOT, 'node_modules/@aws-sdk/client-secrets-manager/dist-types/index.d.ts'),
    ],
  }
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    strict: true,
    noEmit: true,
    types: [],
    paths,
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: ['consumer.ts'] }),
  )
  run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder], folder)
}

/** The SDK is an optional peer: who runs the server alone installs nothing for the client. */
function clientWithoutSdk(): void {
  const file = join(folder, 'without-sdk.js')
  writeFileSync(file, "await import('coffer/client').catch(({ code, message }) => console.log(code, message))\n")
  const text = run(process.execPath, [file], folder)
  if (!/^ERR_MODULE_NOT_FOUND .*@aws-sdk\/client-secrets-manager/.test(text))
    throw new Error(`it prints ${JSON.stringify(text)}`)
}

function clientImported(): void {
  // As installed beside it: the modules of the package look for the SDK above their own folder.
  const scope = join(folder, 'node_modules', '@aws-sdk')
  mkdirSync(scope)
  symlinkSync(join(ROOT, 'node_modules', '@aws-sdk', 'client-secrets-manager'), join(scope, 'client-secrets-manager'))
  const consumer = join(folder, 'client-consumer.js')
  writeFileSync(
    consumer,
    `import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { createCoffer } from 'coffer'
import { createSecretReader } from 'coffer/client'
await using coffer = await createCoffer()
const client = new SecretsManager({
  region: 'eu-central-1',
  credentials: { accessKeyId: '111122223333', secretAccessKey: 'any' },
  requestHandler: coffer.requestHandler,
})
await client.createSecret({ Name: 'a', SecretString: 'in a batch' })
await using secrets = createSecretReader({ client })
console.log(await secrets.getString('a'))
`,
  )
  const text = run(process.execPath, [consumer], folder)
  if (text !== 'in a batch\n') throw new Error(`it prints ${JSON.stringify(text)}`)
}

function clientTyped(): void {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createSecretReader, type SecretReader, SecretReadError } from 'coffer/client'
const secrets: SecretReader = createSecretReader({ client: new SecretsManagerClient({}), timeToLive: 60_000 })
const schema = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value: Number(value) }) },
} as const
export const port: number = await secrets.getJson('port', schema)
export const texts: string[] = (await secrets.getMany(['a', 'b'])).map(({ ok, value, error }) =>
  ok ? value.versionId : error instanceof SecretReadError ? error.code : 'not reached',
)
// @ts-expect-error an option that does not exist
createSecretReader({ client: new SecretsManagerClient({}), ttl: 60 })
// @ts-expect-error not a client
createSecretReader({ client: {} })
`,
  )
  run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder], folder)
}

/** Standard output of a command; throws with what it said when it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell: WINDOWS })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  return stdout
}
