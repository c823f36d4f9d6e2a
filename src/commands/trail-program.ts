import type { Command } from 'commander'
import { DEFAULT_TRAIL_RECORDS, type GivenOptions, trailLimit } from '../config.ts'
import { sinceOf } from '../sink-config.ts'
import { dataDir, type ProgramParts } from './program-options.ts'
import { trail } from './trail.ts'
import { tryAlerts } from './try-alerts.ts'

/** How far back rules are tried. */
const DEFAULT_SINCE = '7d'

/** `coffer trail` and what stands below it. */
export function addTrail(program: Command, parts: ProgramParts): void {
  const command = program.command('trail').enablePositionalOptions()
  addAlerts(command, parts)
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

interface GivenAlerts extends GivenOptions {
  readonly rules: string
  readonly rule?: string
  readonly since?: string
  readonly json?: boolean
}

function addAlerts(trail: Command, parts: ProgramParts): void {
  trail
    .command('alerts')
    .summary('say what alert rules would have raised')
    .description(
      'Applies alert rules to the records that are there, also while a server runs, and prints what they would have raised. Tags are those that secrets have now, as they stand in the store.',
    )
    .requiredOption('--rules <file>', 'file with the rules')
    .option('--rule <name>', 'only this rule')
    .option('--since <time>', `how far back to look, such as 12h or 30d (default: ${DEFAULT_SINCE})`)
    .addOption(dataDir(parts))
    .option('--json', 'print JSON lines on a terminal too')
    .action(({ rules, rule, since = DEFAULT_SINCE, json = false, ...given }: GivenAlerts) =>
      tryAlerts({ dataDir: parts.settings(given).dataDir(), rules, rule, sinceMs: sinceOf(since), json }),
    )
}
