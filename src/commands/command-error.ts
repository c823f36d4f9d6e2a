import { ConfigError } from '../config-error.ts'
import { CredentialsFileError } from '../identity/credentials-file.ts'
import { RootKeyError } from '../seal/root-key-error.ts'
import { DataDirectoryError } from '../storage/data-directory.ts'
import { NewerStoreError } from '../storage/migrate.ts'
import { printable } from './printable.ts'

/** A command cannot do what was asked; the message is one line for the operator. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  /** Which exit code the command ends with (`exit-code.ts`). */
  readonly kind: 'failed' | 'usage' | 'refused' | 'unreachable'

  constructor(message: string, { kind = 'failed', cause }: { kind?: CommandError['kind']; cause?: unknown } = {}) {
    super(message, { cause })
    this.kind = kind
  }
}

/** Errors whose message is already the line that the operator is to read. */
const forOperators = [
  CommandError,
  ConfigError,
  CredentialsFileError,
  DataDirectoryError,
  NewerStoreError,
  RootKeyError,
] as const

/** One line that says what went wrong, whoever wrote parts of it. `doing` introduces errors that were not made for operators: "Cannot start". */
export function lineOf(error: unknown, doing: string): string {
  const text = error instanceof Error ? error.message : String(error)
  const known = forOperators.some((kind) => error instanceof kind)
  return printable((known ? text : `${doing}: ${text}`).replace(/\s*\n\s*/g, ' '))
}

/** Does `work`; whatever it throws becomes a CommandError whose line `doing` introduces where need be. */
export async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CommandError(lineOf(error, doing), { cause: error })
  }
}

const reasons = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EEXIST', 'it exists already and is never overwritten'],
  ['EISDIR', 'it is a directory'],
  ['ENOENT', 'there is no such file or folder'],
  ['ENOSPC', 'the disk is full'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['EROFS', 'the file system is read-only'],
])

/** Why the operating system refused, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return reasons.get(code ?? '') ?? message
}
