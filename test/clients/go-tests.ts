import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { SetupError } from './setup-error.ts'

const FOLDER = fileURLToPath(new URL('go', import.meta.url))
/** The Go that is there is used, and no other one is downloaded. */
const GO = { GOTOOLCHAIN: 'local' }

/** One line of `go test -json` (documented as `go doc test2json`). */
interface TestEvent {
  readonly Action: string
  /** Absent for events of the whole package. */
  readonly Test?: string
  readonly Output?: string
}

/** Why the tests cannot run on this machine; undefined when they can. The modules of go.sum are downloaded by then. */
export function reasonAgainstGo(): string | undefined {
  const { status, stderr, error } = spawnSync('go', ['mod', 'download'], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: { ...process.env, ...GO },
  })
  if (error) return 'the command go cannot be run'
  if (status === 0) return undefined
  const reason = stderr.trim()
  if (/requires go >= /.test(reason)) return reason
  throw new SetupError(`Cannot download the modules that test/clients/go/go.sum names: ${reason}`)
}

/** Runs the tests of the AWS SDK for Go with exactly these variables; prints what failed and how many passed. Returns true when all passed. */
export async function runGoTests(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn('go', ['test', '-json', '-count=1', './...'], {
    cwd: FOLDER,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment, ...GO },
  })
  const ended = once(child, 'close')
  const counts: Record<string, number> = { pass: 0, fail: 0, skip: 0 }
  const outputs = new Map<string, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue
    const { Action, Test = '', Output = '' }: TestEvent = JSON.parse(line)
    outputs.set(Test, (outputs.get(Test) ?? '') + Output)
    if (Action === 'fail' || Action === 'build-output') process.stdout.write(outputs.get(Test) || Output)
    if (Test !== '' && Action in counts) counts[Action] = (counts[Action] ?? 0) + 1
  }
  const [code] = await ended
  const { pass, fail, skip } = counts
  console.log(`AWS SDK for Go: ${pass} passed, ${fail} failed, ${skip} skipped`)
  return code === 0 && fail === 0 && skip === 0 && pass !== 0
}
