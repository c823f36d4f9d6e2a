import { serviceEntry } from '../app/service-entry.ts'
import type { PlaceConfig } from '../config.ts'
import { newCredentials } from '../identity/access-key.ts'
import { ADMINISTRATOR, replaceAccessKeys } from '../identity/administrator.ts'
import { writeCredentialsFile } from '../identity/credentials-file.ts'
import type { User } from '../identity/identity-store.ts'
import { type Installation, openInstallation } from '../open-installation.ts'
import { isEmptyStore } from '../storage/data-directory.ts'
import { attempt, CommandError } from './command-error.ts'

/** Gives the administrator a new access key and takes the old ones away; offline, with the root key. */
export async function resetKey(config: PlaceConfig): Promise<void> {
  const { dataDir, rootKey, credentialsFile } = config
  if (isEmptyStore(dataDir))
    throw new CommandError(
      `Cannot reset the access key: ${dataDir}: there is no Coffer data in it. Choose another with --data-dir.`,
    )
  const open = () => openInstallation({ dataDir, rootKey })
  const installation = await attempt(`Cannot open the data directory: ${dataDir}`, open)
  try {
    const user = await findAdministrator(config, installation)
    await replaceKey(user, credentialsFile, installation)
    process.stdout.write(`${ADMINISTRATOR} of account ${user.account} has a new access key: ${credentialsFile}\n`)
  } finally {
    await installation.close()
  }
}

async function findAdministrator({ account, dataDir }: PlaceConfig, { identities }: Installation): Promise<User> {
  const accounts = await identities.accounts()
  const chosen = account ?? accounts[0]
  const user = chosen !== undefined && accounts.includes(chosen) && (await identities.findUser(chosen, ADMINISTRATOR))
  if (user) return user
  throw new CommandError(
    `Cannot reset the access key: ${dataDir}: it holds no ${ADMINISTRATOR}${chosen === undefined ? '' : ` of account ${chosen}`}`,
  )
}

async function replaceKey(user: User, path: string, { identities, keyring, trail }: Installation): Promise<void> {
  const at = Date.now()
  const credentials = newCredentials()
  const changes = await replaceAccessKeys(user, credentials, at, identities, keyring.sealer('access-key'))
  // First the file: when it cannot be written, the old key is still good.
  await writeCredentialsFile(path, user.account, credentials)
  const { account, arn } = user
  const event = {
    service: 'iam',
    operation: 'ResetAdministratorKey',
    by: 'coffer',
    account,
    region: 'us-east-1',
    at,
    arn,
  }
  await trail.append({ ...serviceEntry(event), parameters: { UserName: ADMINISTRATOR } }, changes)
}
