import { type Command, Option } from 'commander'
import type { GivenOptions, Settings } from '../config.ts'

export interface ProgramParts {
  readonly version: string
  readonly defaultDataDir: string
  /** Joins what was typed with the environment. */
  readonly settings: (given: GivenOptions) => Settings
}

/** Options of everything that opens the store. */
export function rootKeyOptions(command: Command): Command {
  return command
    .option('--root-key-file <file>', 'file with the root key (default: <data-dir>.key)')
    .option('--root-key-systemd-credential <name>', 'systemd credential with the root key')
    .option('--root-key-kms-key <arn>', 'KMS key that is the root key')
    .option('--root-key-kms-endpoint <url>', 'where that KMS is (default: AWS)')
}

/** An option that may come several times. */
export function repeatable(flags: string, text: string): Option {
  return new Option(flags, text).argParser((value: string, previous: string[] = []) => [...previous, value])
}

export const dataDir = ({ defaultDataDir }: ProgramParts) =>
  new Option('--data-dir <folder>', `where the data is (default: ${defaultDataDir})`)
