import type { Command } from 'commander'
import type { GivenOptions } from '../config.ts'
import { check } from './check.ts'
import { dataDir, type ProgramParts, rootKeyOptions } from './program-options.ts'

/** `coffer check`. */
export function addCheck(program: Command, parts: ProgramParts): void {
  rootKeyOptions(program.command('check'))
    .summary('check that nothing in the store is damaged')
    .description(
      'Checks the store, also while a server runs: the structure of its file, every MAC, and everything sealed in it, such as values, key material and access keys. Needs the root key, and changes nothing. Ends with 0 when everything is intact, 1 when something is damaged, 2 when nothing is damaged but the KMS key of a value is gone.',
    )
    .addOption(dataDir(parts))
    .option('--json', 'print what was found as a line of JSON')
    .action(({ json = false, ...given }: GivenOptions & { json?: boolean }) => {
      const settings = parts.settings(given)
      const folder = settings.dataDir()
      return check({ dataDir: folder, rootKey: settings.rootKey(folder), json })
    })
}
