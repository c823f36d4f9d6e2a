import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { lineOf } from './commands/command-error.ts'
import { EXIT_CODES, exitCodeOf } from './commands/exit-code.ts'
import { createProgram } from './commands/program.ts'
import { type Environment, Settings } from './config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The source runs in a checkout only; a package holds what was built from it. */
const isCheckout = import.meta.url.endsWith('.ts')
const defaultDataDir = isCheckout ? join(root, 'coffer-data') : join(homedir(), '.local', 'share', 'coffer')

/** Coffer needs those of AWS only to sign what a command asks; nothing else in the process looks at them. */
const SECRET_VARIABLES = [
  'COFFER_ROOT_KEY',
  'COFFER_NEW_ROOT_KEY',
  'COFFER_ROOT_KEY_PASSPHRASE',
  'COFFER_ADMIN_SECRET_ACCESS_KEY',
  'COFFER_ROTATION_WEBHOOK_KEY',
  'COFFER_TRAIL_WEBHOOK_KEY',
  'COFFER_ALERT_WEBHOOK_KEY',
  'COFFER_ROTATION_WEBHOOK_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
]

for (const stream of [process.stdout, process.stderr]) stream.on('error', outputFailed)
const environment = takeEnvironment()
try {
  await createProgram({
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    defaultDataDir,
    settings: (given) => new Settings(given, environment, defaultDataDir),
  }).parseAsync()
} catch (error) {
  // Commander has printed its own line.
  if (!(error instanceof CommanderError)) report(lineOf(error, 'Something unexpected went wrong'))
  process.exitCode = exitCodeOf(error)
}

/** The environment; what is secret of it is left in no place from which threads, reports or other programs could have it. */
function takeEnvironment(): Environment {
  const taken = { ...process.env }
  for (const name of SECRET_VARIABLES) delete process.env[name]
  return taken
}

function report(line: string): void {
  process.stderr.write(`coffer: ${line}\n`)
}

/** A reader that closes the pipe early, such as `head`, is not a failure. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  process.exitCode = EXIT_CODES.failed
  report(`Cannot write the output: ${error.message}`)
}
