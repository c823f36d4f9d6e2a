import { serviceEntry } from './app/service-entry.ts'
import { DamagedRowError } from './aws/damaged-row.ts'
import { type Credentials, newAccountId, newCredentials } from './identity/access-key.ts'
import { createAdministrator } from './identity/administrator.ts'
import { secretOf } from './identity/authenticate.ts'
import { arnOf } from './identity/entities.ts'
import type { Installation } from './open-installation.ts'
import type { StartOptions } from './start-coffer.ts'
import { endFirstStart } from './storage/first-start.ts'

type FirstAccountOptions = Pick<StartOptions, 'account' | 'administrator' | 'keepCredentials' | 'onContradiction'>

interface FirstAccount {
  readonly account: string
  /** The administrator's access key; absent when the account was there already. */
  readonly credentials: Credentials | undefined
}

/** The oldest account of the installation. Makes it with its administrator where there is none. */
export async function firstAccount(
  installation: Installation,
  options: FirstAccountOptions,
  at: number,
): Promise<FirstAccount> {
  const [existing] = await installation.identities.accounts()
  if (existing === undefined) return makeFirstAccount(installation, options, at)
  const { account, administrator, onContradiction } = options
  if (account !== undefined && account !== existing) onContradiction?.('account', existing)
  if (administrator && !(await knows(installation, administrator))) onContradiction?.('administrator', existing)
  return { account: existing, credentials: undefined }
}

async function makeFirstAccount(
  { identities, trail, keyring, firstStart }: Installation,
  options: FirstAccountOptions,
  at: number,
): Promise<FirstAccount> {
  const account = options.account ?? firstStart?.account ?? newAccountId()
  const credentials = options.administrator ?? newCredentials()
  await options.keepCredentials(account, credentials)
  const sealer = keyring.sealer('access-key')
  const { user, changes } = createAdministrator({ account, credentials, at }, identities, sealer)
  const event = { service: 'iam', operation: 'CreateUser', by: 'iam', account, region: 'us-east-1', at }
  await trail.append(serviceEntry({ ...event, arn: arnOf(user) }), [...changes, endFirstStart()])
  return { account, credentials }
}

/** False when the store does not have exactly this access key, or it is inactive. A damaged row says nothing, and stops no start. */
async function knows(
  { identities, keyring }: Installation,
  { accessKeyId, secretAccessKey }: Credentials,
): Promise<boolean> {
  try {
    const found = await identities.findAccessKey(accessKeyId)
    return found?.key.active === true && secretOf(found.key, keyring.sealer('access-key')) === secretAccessKey
  } catch (error) {
    if (error instanceof DamagedRowError) return true
    throw error
  }
}
