import type { RotatedSecret } from '../rotation-functions.ts'
import type { EngineName } from './engines.ts'
import type { Users } from './rotate-database.ts'

/** A rotator that needs no function of anybody. */
export interface DatabaseRotator {
  readonly engine: EngineName
  readonly users: Users
}

/** Names of functions, which are those of AWS's templates, so that what names them there names them here. */
const ROTATORS: ReadonlyMap<string, DatabaseRotator> = new Map<string, DatabaseRotator>([
  ['SecretsManagerRDSPostgreSQLRotationSingleUser', { engine: 'postgres', users: 'single' }],
  ['SecretsManagerRDSPostgreSQLRotationMultiUser', { engine: 'postgres', users: 'alternating' }],
  ['SecretsManagerRDSMySQLRotationSingleUser', { engine: 'mysql', users: 'single' }],
  ['SecretsManagerRDSMySQLRotationMultiUser', { engine: 'mysql', users: 'alternating' }],
  ['SecretsManagerRDSMariaDBRotationSingleUser', { engine: 'mariadb', users: 'single' }],
  ['SecretsManagerRDSMariaDBRotationMultiUser', { engine: 'mariadb', users: 'alternating' }],
])

const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:([A-Za-z0-9]+)$/

/** What an ARN means for a secret: every account has the rotators in every Region, for the secrets it has there. */
export function rotatorOf(
  arn: string,
  { account, region }: Pick<RotatedSecret, 'account' | 'region'>,
): DatabaseRotator | undefined {
  const [, ofRegion, ofAccount, name = ''] = FUNCTION_ARN.exec(arn) ?? []
  return ofRegion === region && ofAccount === account ? ROTATORS.get(name) : undefined
}
