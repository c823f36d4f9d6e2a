import { CommanderError } from 'commander'
import { ConfigError } from '../config-error.ts'
import { CommandError } from './command-error.ts'

/**
 * What the exit code of a command that did not succeed tells a script. `check`, `trail verify` and `trail verify-export` give 1 and 2 a
 * meaning of their own, which their help states.
 */
export const EXIT_CODES = {
  /** The command could not do its work. */
  failed: 1,
  /** The command, an option or a setting is not valid: nothing was tried. */
  usage: 2,
  /** The server answered, and refused the call. */
  refused: 3,
  /** No Coffer answers at the endpoint. */
  unreachable: 4,
} as const

/** Exit code for an error that ended a command; 0 where commander only printed help or the version. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage
  if (error instanceof ConfigError) return EXIT_CODES.usage
  return EXIT_CODES[error instanceof CommandError ? error.kind : 'failed']
}
