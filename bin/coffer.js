#!/usr/bin/env node
// The launcher of Coffer: finds the program and a Node.js that can run it, and starts it so that no signal opens a debugger in the process
// that holds the secrets. Plain JavaScript that Node.js 12 parses too, so that an old one can say what is missing.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 24
/** Commands that run until they are stopped; they stop gracefully when the launcher tells them or dies. */
const SERVERS = ['serve', 'dev']

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const command = process.argv.slice(2).find((argument) => !argument.startsWith('-'))

// With a listener, the signal that otherwise opens Node.js's debugger does nothing.
if (process.platform !== 'win32') process.on('SIGUSR1', () => {})

function main() {
  const program = findProgram()
  if (!program) return fail('The program is missing. In a checkout of Coffer, look for src/main.ts.')
  if (program.source && !existsSync(join(root, 'node_modules', 'commander')))
    return fail('The packages that Coffer needs are missing. Run: npm ci')
  const flag = command === 'dev' ? undefined : inspectionFlag()
  if (flag) return fail(`Cannot start with ${flag}: a debugger could read every secret. Only coffer dev allows it.`)
  const node = findNode()
  if (!node)
    return fail(
      `Coffer needs Node.js ${OLDEST_NODE} or newer, and this is ${process.version}. Install it, or run: npm install node`,
    )
  const flags = ['--disable-sigusr1', '--disable-warning=ExperimentalWarning']
  start(node, process.execArgv.concat(flags, program.path, process.argv.slice(2)))
}

/** The source in a checkout, what was built from it in a package. */
function findProgram() {
  const source = join(root, 'src', 'main.ts')
  if (existsSync(source)) return { path: source, source: true }
  const built = join(root, 'dist', 'main.js')
  return existsSync(built) ? { path: built, source: false } : undefined
}

/** A flag that opens a debugger or chooses its port, wherever it was given. */
function inspectionFlag() {
  const given = process.execArgv.concat((process.env.NODE_OPTIONS || '').replace(/["'\\]/g, '').split(/\s+/))
  // Node.js takes underscores for dashes.
  return given.find((text) => /^--(inspect|debug)/.test(text.replace(/_/g, '-')))
}

/** This Node.js, or the one of the npm package `node` beside it or beside us. */
function findNode() {
  if (parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath
  for (const folder of [join(root, 'node_modules', 'node'), join(root, '..', 'node')]) {
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(binary) && parseInt(versionOf(folder), 10) >= OLDEST_NODE) return binary
  }
  return undefined
}

function versionOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return ''
  }
}

/** One process where the system can replace this one by the program, otherwise two of which none outlives the other. */
function start(node, args) {
  if (process.execve && process.platform !== 'win32') process.execve(node, [node].concat(args), process.env)
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  child.on('error', (error) => fail(`Cannot run ${node}: ${error.message}`))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  // A terminal sends its signals to both processes. A server is told by message, so that it can tell one keystroke from two.
  const forward = (signal) => {
    // It may have ended just now, which its own exit tells.
    if (SERVERS.includes(command) && child.connected) child.send(signal, () => {})
    else child.kill(signal)
  }
  signals.forEach((signal) => {
    process.on(signal, forward)
  })
  child.on('exit', (code, signal) => {
    signals.forEach((name) => {
      process.removeListener(name, forward)
    })
    if (signal) endBy(signal)
    else process.exitCode = code
  })
}

function endBy(signal) {
  // For the rare signal that does not end this process.
  process.exitCode = 128 + constants.signals[signal]
  process.kill(process.pid, signal)
}

function fail(message) {
  process.stderr.write(`coffer: ${message}\n`)
  process.exitCode = 1
}

main()
