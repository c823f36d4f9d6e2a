import type { Command } from 'commander'
import { DEFAULT_TAIL_RECORDS, type GivenOptions, trailLimit } from '../config.ts'
import { dataDir, type ProgramParts } from './program-options.ts'
import { type GivenTrailFilter, trailFilter } from './trail-filter.ts'
import { trailFormat } from './trail-output.ts'
import { searchTrail } from './trail-search.ts'
import { tailTrail } from './trail-tail.ts'

type GivenSearch = Omit<GivenOptions, keyof GivenTrailFilter> &
  GivenTrailFilter & { readonly limit?: string; readonly format?: string; readonly follow?: boolean }

/** `coffer trail search` and `coffer trail tail`. */
export function addTrailSearch(trail: Command, parts: ProgramParts): void {
  filtering(trail.command('search'), parts)
    .summary('print the records that fit')
    .description(
      'Prints the records that fit all that is asked for, the newest last, also while a server runs. In names and events, * stands for any text.',
    )
    .option('--limit <number>', 'the newest so many (default: all)')
    .action((given: GivenSearch) => {
      const limit = given.limit === undefined ? undefined : trailLimit(given.limit)
      return searchTrail({ ...common(given, parts), limit })
    })
  filtering(trail.command('tail'), parts)
    .summary('print the newest records, and those that come')
    .description('Prints the newest records that fit and, with --follow, those that come, until it is stopped.')
    .option('--limit <number>', `records that are there already (default: ${DEFAULT_TAIL_RECORDS})`)
    .option('--follow', 'print new records as they come')
    .action((given: GivenSearch) => {
      const limit = trailLimit(given.limit, DEFAULT_TAIL_RECORDS)
      return tailTrail({ ...common(given, parts), limit, follow: given.follow ?? false })
    })
}

function common(given: GivenSearch, parts: ProgramParts) {
  const { dataDir: folder } = given
  return {
    dataDir: parts.settings(folder === undefined ? {} : { dataDir: folder }).dataDir(),
    filter: trailFilter(given, Date.now()),
    format: trailFormat(given.format),
  }
}

function filtering(command: Command, parts: ProgramParts): Command {
  return command
    .addOption(dataDir(parts))
    .option('--who <name>', 'name, session, role, ARN or access key')
    .option('--what <event>', 'event, such as GetSecretValue, *Secret* or kms:*')
    .option('--secret <id>', 'name or ARN of a secret, or of something else')
    .option('--outcome <outcome>', 'ok, denied, failed, or the code of an error')
    .option('--since <time>', 'how long ago, such as 15m, 2h or 7d, or a date and time')
    .option('--until <time>', 'the same for the end')
    .option('--address <range>', 'address it came from, or a range of them')
    .option('--event-id <id>', 'the one record of this id')
    .option('--request-id <id>', 'the records of one request')
    .option('--region <region>', 'Region')
    .option('--account <digits>', 'account')
    .option('--format <format>', 'table, json or csv (default: table on a terminal, else json)')
}
