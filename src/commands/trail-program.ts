import type { Command } from 'commander'
import { DEFAULT_TRAIL_RECORDS, type GivenOptions, trailLimit } from '../config.ts'
import { dataDir, type ProgramParts } from './program-options.ts'
import { trail } from './trail.ts'
import { addTrailSearch } from './trail-search-program.ts'

/** `coffer trail` and what stands below it. */
export function addTrail(program: Command, parts: ProgramParts): void {
  const command = program.command('trail').enablePositionalOptions()
  addTrailSearch(command, parts)
  command
    .summary('print the newest records of who did what')
    .description(
      'Prints the newest records, also while a server runs: a table on a terminal, otherwise JSON lines as CloudTrail has them.',
    )
    .addOption(dataDir(parts))
    .option('--limit <number>', `records to print (default: ${DEFAULT_TRAIL_RECORDS})`)
    .option('--json', 'print JSON lines on a terminal too')
    .action(({ limit, json = false, ...given }: GivenOptions & { limit?: string; json?: boolean }) =>
      trail({ dataDir: parts.settings(given).dataDir(), limit: trailLimit(limit), json }),
    )
}
