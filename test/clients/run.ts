import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTemporaryServer, type TemporaryServer } from '../../examples/demo/server.ts'
import { reasonAgainstGo, runGoTests } from './go-tests.ts'
import { createPodAccess, type Pod, preparePod } from './pod.ts'
import { SetupError } from './setup-error.ts'

// Runs the suites of boto3 and of the AWS SDK for Go against a real, durable `coffer serve`. Arguments go to pytest, and leave the Go suite out:
// npm run test:clients -- -k batch

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const ENVIRONMENT = fileURLToPath(new URL('../../.venv', import.meta.url))
const REQUIREMENTS = join(FOLDER, 'requirements.txt')
const MARK = join(ENVIRONMENT, 'coffer-requirements')
const PYTHON = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const BASE_PYTHON = process.env.PYTHON || 'python3'

const ACCOUNT = '111122223333'
/** What test_rotation.py rotates with. */
const ROTATION = [
  ...['--account', ACCOUNT],
  '--rotation-function',
  `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:rotate=command:${PYTHON} ${join(FOLDER, 'rotation_function.py')}`,
  ...['--rotation-role', `arn:aws:iam::${ACCOUNT}:role/rotation`],
]

try {
  prepareEnvironment()
  await using cleanUp = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'coffer-clients-'))
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }))
  const pod = await preparePod(folder)
  const server = await startTemporaryServer(cleanUp, [...ROTATION, ...pod.serverOptions])
  const pytestArguments = process.argv.slice(2)
  const code = await runPytest(server, pytestArguments)
  const reason = pytestArguments.length > 0 ? 'the arguments are for pytest' : reasonAgainstGo()
  if (reason !== undefined) console.log(`AWS SDK for Go: 0 passed, not run: ${reason}`)
  const goPassed = reason !== undefined || (await runGoSuite(server, pod))
  process.exitCode = code === 0 && !goPassed ? 1 : code
} catch (error) {
  process.stderr.write(`test:clients: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

/** A virtual environment with exactly what requirements.txt names; it is replaced when that changes. */
function prepareEnvironment(): void {
  const version = pythonVersion()
  const wanted = createHash('sha256').update(`${version}\n`).update(readFileSync(REQUIREMENTS)).digest('hex')
  if (existsSync(PYTHON) && existsSync(MARK) && readFileSync(MARK, 'utf8') === wanted) return
  console.log(`Setting up ${version} with boto3 and pytest in .venv`)
  rmSync(ENVIRONMENT, { recursive: true, force: true })
  createEnvironment()
  run(PYTHON, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--requirement', REQUIREMENTS])
  writeFileSync(MARK, wanted)
}

function pythonVersion(): string {
  const { status, stdout } = spawnSync(BASE_PYTHON, ['--version'], { encoding: 'utf8' })
  if (status === 0) return stdout.trim()
  throw new SetupError(`Cannot run ${BASE_PYTHON}: install Python 3, or name one in the variable PYTHON`)
}

/** By Python's own means; where its distribution has split these off, by virtualenv from the registry. */
function createEnvironment(): void {
  if (spawnSync(BASE_PYTHON, ['-m', 'venv', ENVIRONMENT]).status === 0) return
  rmSync(ENVIRONMENT, { recursive: true, force: true })
  const target = `${ENVIRONMENT}-virtualenv`
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--target', target, 'virtualenv']
  const env = { ...process.env, PYTHONPATH: target }
  try {
    const made =
      spawnSync(BASE_PYTHON, pip).status === 0 &&
      spawnSync(BASE_PYTHON, ['-m', 'virtualenv', '--quiet', ENVIRONMENT], { env }).status === 0
    if (made) return
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
  throw new SetupError(
    `Cannot make a Python virtual environment: ${BASE_PYTHON} has neither the module venv with ensurepip nor pip. On Debian and Ubuntu: apt-get install python3-venv`,
  )
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new SetupError(`Cannot run ${command} ${args.join(' ')}: ${stderr.trim()}`)
}

/** Returns pytest's exit code; pytest prints to this process's output. */
async function runPytest(server: TemporaryServer, args: readonly string[]): Promise<number> {
  const child = spawn(PYTHON, ['-m', 'pytest', '--rootdir', FOLDER, '-c', join(FOLDER, 'pytest.ini'), ...args], {
    cwd: FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...clientEnvironment(server), PYTHONDONTWRITEBYTECODE: '1' },
  })
  const [code] = await once(child, 'exit')
  return code ?? 1
}

/** Returns true when all tests of the Go suite passed. */
async function runGoSuite(server: TemporaryServer, { tokenFile }: Pod): Promise<boolean> {
  const { secretName, roleArn } = await createPodAccess(server, ACCOUNT)
  return await runGoTests({
    ...clientEnvironment(server),
    COFFER_CLIENT_TEST_SECRET: secretName,
    COFFER_CLIENT_TEST_ROLE_ARN: roleArn,
    COFFER_CLIENT_TEST_TOKEN_FILE: tokenFile,
  })
}

/** The variables of both suites, without the AWS settings of the person who runs this. */
function clientEnvironment({ url, credentials }: TemporaryServer): NodeJS.ProcessEnv {
  return {
    ...withoutAws(process.env),
    COFFER_CLIENT_TEST_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_CONFIG_FILE: join(FOLDER, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(FOLDER, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')))
}
