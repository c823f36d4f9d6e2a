import { join } from 'node:path'
import { RootKeyError } from '../root-key-error.ts'
import { parseAnyRootKey, type RootKeyMaterial } from '../root-key-material.ts'
import { readKeyText } from './file.ts'

/**
 * systemd gives the service's user its right by an access control list, whose mask shows where the group's bits are
 * (systemd.exec, "Credentials"). Nobody else can enter the folder.
 */
const MODE = 0o440

/** What systemd takes for the name of a credential: a file name (systemd.exec, LoadCredential=). */
const NAME = /^(?!\.{1,2}$)[\x21-\x2e\x30-\x7e]{1,255}$/

/**
 * The root key in a credential that systemd hands to the service, decrypted and in memory only, in any form that
 * `parseAnyRootKey` reads.
 *
 * @param directory the value of CREDENTIALS_DIRECTORY, which systemd sets
 */
export async function readRootKeyCredential(name: string, directory: string | undefined): Promise<RootKeyMaterial> {
  const subject = `Cannot use the systemd credential: ${name}`
  if (!NAME.test(name)) throw new RootKeyError('malformed', `${subject} is no name of a credential, wanted a file name`)
  if (directory === undefined) {
    throw new RootKeyError(
      'missing',
      `${subject} is not there: CREDENTIALS_DIRECTORY is not set, which systemd does for a unit with LoadCredentialEncrypted= or LoadCredential=`,
    )
  }
  return parseAnyRootKey(await readKeyText(join(directory, name), subject, MODE), subject)
}
