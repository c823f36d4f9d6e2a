import { serviceEntry } from '../app/service-entry.ts'
import type { NewAccountConfig } from '../config.ts'
import { newAccountId, newCredentials } from '../identity/access-key.ts'
import { ADMINISTRATOR, createAdministrator } from '../identity/administrator.ts'
import { writeCredentialsFile } from '../identity/credentials-file.ts'
import { arnOf } from '../identity/entities.ts'
import { CommandError } from './command-error.ts'
import { withInstallation } from './with-installation.ts'

/** Makes one more account with its administrator; offline, with the root key. */
export function createAccount(config: NewAccountConfig): Promise<void> {
  return withInstallation(config, 'Cannot make an account', async ({ identities, keyring, trail }) => {
    const account = config.account ?? newAccountId()
    if ((await identities.accounts()).includes(account))
      throw new CommandError(`Cannot make the account ${account}: ${config.dataDir}: it is there already`)
    const at = Date.now()
    const credentials = newCredentials()
    const made = createAdministrator({ account, credentials, at }, identities, keyring.sealer('access-key'))
    const path = config.credentialsFile ?? `${config.dataDir}.${account}.credentials`
    // First the file: an account whose key nobody has would be of no use.
    await writeCredentialsFile(path, account, credentials)
    const event = { service: 'iam', operation: 'CreateAccount', by: 'coffer', account, region: 'us-east-1', at }
    await trail.append(serviceEntry({ ...event, arn: arnOf(made.user) }), made.changes)
    process.stdout.write(`Made the account ${account} with its ${ADMINISTRATOR}: ${path}\n`)
  })
}
