import { serviceEntry } from '../app/service-entry.ts'
import type { PlaceConfig } from '../config.ts'
import { newCredentials } from '../identity/access-key.ts'
import { ADMINISTRATOR, replaceAccessKeys, restoreAdministrator } from '../identity/administrator.ts'
import { writeCredentialsFile } from '../identity/credentials-file.ts'
import { arnOf } from '../identity/entities.ts'
import type { Installation } from '../open-installation.ts'
import { CommandError } from './command-error.ts'
import { withInstallation } from './with-installation.ts'

/** Gives the administrator a new access key and takes the old ones away; offline, with the root key. */
export function resetKey(config: PlaceConfig): Promise<void> {
  return withInstallation(config, 'Cannot reset the access key', async (installation) => {
    const { credentialsFile } = config
    const account = await chosenAccount(config, installation)
    const restored = await replaceKey(account, credentialsFile, installation)
    process.stdout.write(`${ADMINISTRATOR} of account ${account} has a new access key: ${credentialsFile}\n`)
    for (const what of restored) process.stdout.write(`Restored: ${what}\n`)
  })
}

async function chosenAccount({ account, dataDir }: PlaceConfig, { identities }: Installation): Promise<string> {
  const accounts = await identities.accounts()
  const chosen = account ?? accounts[0]
  if (chosen !== undefined && accounts.includes(chosen)) return chosen
  throw new CommandError(
    `Cannot reset the access key: ${dataDir}: it holds no account${chosen === undefined ? '' : ` ${chosen}`}`,
  )
}

/** What else had to be given back. */
async function replaceKey(account: string, path: string, installation: Installation): Promise<readonly string[]> {
  const { identities, keyring, trail } = installation
  const at = Date.now()
  const credentials = newCredentials()
  const { user, changes, restored } = await restoreAdministrator({ account, at }, identities)
  const keys = await replaceAccessKeys(user, credentials, at, identities, keyring.sealer('access-key'))
  // First the file: when it cannot be written, the old key is still good.
  await writeCredentialsFile(path, account, credentials)
  const event = {
    service: 'iam',
    operation: 'ResetAdministratorKey',
    by: 'coffer',
    account,
    region: 'us-east-1',
    at,
    arn: arnOf(user),
  }
  await trail.append({ ...serviceEntry(event), parameters: { UserName: ADMINISTRATOR } }, [...changes, ...keys])
  return restored
}
