import { type CheckedStore, checkStore } from '../check-store.ts'
import { openStoreReader } from '../storage/store-reader.ts'
import { checkText, outcomeOf, progressText } from './check-text.ts'
import { attempt, CommandError } from './command-error.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'
import { ProgressLine } from './progress-line.ts'
import { type KeyringPlace, readKeyring } from './trail-anchor.ts'

export interface CheckOptions extends KeyringPlace {
  readonly json: boolean
}

/** What a program is told, in place of 0: something is damaged (1), or nothing is, but not everything could be opened (2). */
const EXIT_CODES = { intact: 0, damaged: 1, unopened: 2 } as const

/** Verifies every MAC of the store and opens everything sealed in it, also beside a running server; the exit code says what was found. */
export async function check(options: CheckOptions): Promise<void> {
  using reader = openStoreReader(options.dataDir)
  const line = new ProgressLine(process.stderr)
  let checked: CheckedStore | undefined
  try {
    checked = await attempt(`Cannot check the store: ${options.dataDir}`, () =>
      checkStore({
        reader,
        keyringOf: (installation) => readKeyring(options, installation),
        onProgress: (progress) => line.show(progressText(progress)),
      }),
    )
  } finally {
    line.clear()
  }
  if (!checked)
    throw new CommandError(
      `Cannot check the store: ${options.dataDir}: there is no Coffer data in it. Choose another with --data-dir.`,
    )
  const outcome = outcomeOf(checked)
  process.stdout.write(options.json ? jsonLine({ outcome, ...checked }) : checkText(checked, outputWidth()))
  process.exitCode = EXIT_CODES[outcome]
}
