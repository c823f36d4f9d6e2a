import type { Command } from 'commander'
import type { GivenOptions } from '../config.ts'
import { sinceOf } from '../sink-config.ts'
import { dataDir, type ProgramParts } from './program-options.ts'
import { tryAlerts } from './try-alerts.ts'

/** How far back rules are tried. */
const DEFAULT_SINCE = '7d'

interface GivenAlerts extends GivenOptions {
  readonly rules: string
  readonly rule?: string
  readonly since?: string
  readonly json?: boolean
}

/** `coffer trail alerts`. */
export function addAlerts(trail: Command, parts: ProgramParts): void {
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
