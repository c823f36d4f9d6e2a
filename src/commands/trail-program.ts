import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_TRAIL_RECORDS, type GivenOptions, trailLimit } from '../config.ts'
import { acknowledgeGap } from './acknowledge-gap.ts'
import { addAlerts } from './alerts-program.ts'
import { exportTrail, timeOf } from './export-trail.ts'
import { printPublicKeys } from './print-public-keys.ts'
import { dataDir, type ProgramParts, repeatable, rootKeyOptions } from './program-options.ts'
import { trail } from './trail.ts'
import { addTrailSearch } from './trail-search-program.ts'
import { verifyExport } from './verify-export.ts'
import { verifyTrail } from './verify-trail.ts'

/** `coffer trail` and what stands below it. */
export function addTrail(program: Command, parts: ProgramParts): void {
  const command = program.command('trail').enablePositionalOptions()
  addTrailSearch(command, parts)
  addVerify(command, parts)
  addAcknowledge(command, parts)
  addPublicKey(command, parts)
  addAlerts(command, parts)
  addExport(command, parts)
  addVerifyExport(command)
  command
    .summary('print the newest records of who did what')
    .description(
      'Prints the newest records, also while a server runs: a table on a terminal, otherwise JSON lines as CloudTrail has them.',
    )
    .addOption(dataDir(parts))
    .option('--limit <number>', `records to print (default: ${DEFAULT_TRAIL_RECORDS})`)
    .option('--json', 'print JSON lines on a terminal too')
    .allowExcessArguments()
    .action(({ limit, json = false, ...given }: GivenOptions & { limit?: string; json?: boolean }) => {
      if (command.args.length > 0) refuseUnknownCommand(command)
      return trail({ dataDir: parts.settings(given).dataDir(), limit: trailLimit(limit), json })
    })
}

/**
 * Refuses the first argument as a command that does not exist and suggests one that is spelled like it. Commander does so by itself only below
 * commands that have no action of their own, and its types leave the method out.
 */
function refuseUnknownCommand(command: Command): void {
  const { unknownCommand } = command as Command & { unknownCommand?: () => void }
  if (unknownCommand) unknownCommand.call(command)
  else command.error(`error: unknown command '${command.args[0]}'`, { code: 'commander.unknownCommand' })
}

interface GivenVerify extends GivenOptions {
  readonly publicKey?: readonly string[]
  readonly head?: readonly string[]
  readonly json?: boolean
}

function addVerify(trail: Command, parts: ProgramParts): void {
  rootKeyOptions(trail.command('verify'))
    .summary('say whether the trail is as it was written')
    .description(
      'Says whether the trail is as it was written, also while a server runs: finds what was removed, altered, inserted or exchanged, and says up to where it is proven. Needs the root key, a public key, or a head kept elsewhere. Says too what is missing from the trail or the store by what the other one knows. Ends with 0 when the trail is proven, 1 when something was altered or is missing, 2 when nothing is wrong but nothing is proven either.',
    )
    .addOption(dataDir(parts))
    .addOption(
      repeatable('--public-key <version:key>', 'public key of the trail, in place of the root key; repeatable'),
    )
    .addOption(repeatable('--head <file>', 'file with heads that were kept elsewhere, one a line; repeatable'))
    .option('--json', 'print what was found as a line of JSON')
    .action(({ publicKey = [], head = [], json = false, ...given }: GivenVerify) => {
      const settings = parts.settings(given)
      const folder = settings.dataDir()
      return verifyTrail({
        dataDir: folder,
        rootKey: settings.rootKey(folder),
        publicKeys: publicKey,
        headFiles: head,
        json,
      })
    })
}

function addAcknowledge(trail: Command, parts: ProgramParts): void {
  rootKeyOptions(trail.command('acknowledge'))
    .summary('acknowledge that records or changes are missing')
    .description(
      'Acknowledges what `coffer trail verify` says is missing from trail.db or store.db, while no server runs. Leaves a record and a signed statement in the trail; from then on heads are signed again. Needs the root key. Refuses a trail in which something was altered.',
    )
    .addOption(dataDir(parts))
    .option('--reason <text>', 'why it is missing, for the record')
    .action(({ reason, ...given }: GivenOptions & { reason?: string }) => {
      const settings = parts.settings(given)
      const folder = settings.dataDir()
      return acknowledgeGap({ dataDir: folder, rootKey: settings.rootKey(folder), reason })
    })
}

function addPublicKey(trail: Command, parts: ProgramParts): void {
  rootKeyOptions(trail.command('public-key'))
    .summary('print the public keys that prove the trail')
    .description('Prints the public keys by which the trail can be verified where its root key is not, one a line.')
    .addOption(dataDir(parts))
    .action((given: GivenOptions) => {
      const settings = parts.settings(given)
      const folder = settings.dataDir()
      return printPublicKeys({ dataDir: folder, rootKey: settings.rootKey(folder) })
    })
}

interface GivenExport extends GivenOptions {
  readonly output: string
  readonly bucket: string
  readonly since?: number
  readonly until?: number
}

/** Bucket that exported files name where nobody gives another. */
const DEFAULT_BUCKET = 'coffer-trail'

function addExport(trail: Command, parts: ProgramParts): void {
  rootKeyOptions(trail.command('export'))
    .summary("write the trail as CloudTrail's log and digest files")
    .description(
      'Writes the proven part of the trail as the log files and signed digest files that CloudTrail delivers to a bucket, whole hours only, also while a server runs. Asked again, it goes on where it was. Needs the root key.',
    )
    .requiredOption('--output <folder>', 'where to write')
    .option('--bucket <name>', 'bucket that the digests name', DEFAULT_BUCKET)
    .addOption(new Option('--since <time>', 'begin with this hour; for a new folder').argParser(timeOption))
    .addOption(new Option('--until <time>', 'end before this hour (default: now)').argParser(timeOption))
    .addOption(dataDir(parts))
    .action(({ output, bucket, since, until, ...given }: GivenExport) => {
      const settings = parts.settings(given)
      const folder = settings.dataDir()
      const rootKey = settings.rootKey(folder)
      return exportTrail({ dataDir: folder, rootKey, output: resolve(output), bucket, since, until })
    })
}

function timeOption(text: string): number {
  const time = timeOf(text)
  if (time === undefined) throw new InvalidArgumentError('Wanted 2026-01-31 or 2026-01-31T12:00:00Z.')
  return time
}

function addVerifyExport(trail: Command): void {
  trail
    .command('verify-export')
    .summary('say whether exported files are as they were written')
    .description(
      'Says whether exported files are as they were written, by their digests alone. Ends with 0 when they are proven, 1 when they were altered, 2 when they fit together and no public key says whose they are, and when no hour was exported yet.',
    )
    .argument('<folder>', 'folder that was exported to')
    .addOption(repeatable('--public-key <version:key>', 'public key of the trail, as public-key prints it; repeatable'))
    .option('--json', 'print what was found as a line of JSON')
    .action((folder: string, { publicKey = [], json = false }: GivenVerify) =>
      verifyExport({ folder: resolve(folder), publicKeys: publicKey, json }),
    )
}
