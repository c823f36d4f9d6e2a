import type { Members } from './cloudtrail-record.ts'
import type { Entry } from './entry.ts'

/** Members whose content is data of the caller, not names of ours. */
const VERBATIM = new Set([
  'EncryptionContext',
  'SourceEncryptionContext',
  'DestinationEncryptionContext',
  'EncryptionContextSubset',
  'EncryptionContextEquals',
])

/** Operations whose records have no parameters, whatever was sent (security facts 6.5). */
const WITHOUT_PARAMETERS: ReadonlySet<string> = new Set(['kms GenerateRandom', 'kms RetireGrant'])

const SYMMETRIC = 'SYMMETRIC_DEFAULT'

/** What records say of members that were not sent (security facts 6.3, 6.5). */
const DEFAULTS: Readonly<Record<string, (sent: Members) => Members>> = {
  'secretsmanager CreateSecret': () => ({ forceOverwriteReplicaSecret: false }),
  'secretsmanager DeleteSecret': () => ({ forceDeleteWithoutRecovery: false }),
  'secretsmanager ReplicateSecretToRegions': () => ({ forceOverwriteReplicaSecret: false }),
  'kms CreateKey': ({ keySpec, customerMasterKeySpec }) => ({
    description: '',
    keyUsage: 'ENCRYPT_DECRYPT',
    keySpec: customerMasterKeySpec ?? SYMMETRIC,
    customerMasterKeySpec: keySpec ?? SYMMETRIC,
    origin: 'AWS_KMS',
    bypassPolicyLockoutSafetyCheck: false,
    multiRegion: false,
  }),
  'kms PutKeyPolicy': () => ({ policyName: 'default', bypassPolicyLockoutSafetyCheck: false }),
  'kms Encrypt': () => ({ encryptionAlgorithm: SYMMETRIC }),
  'kms Decrypt': () => ({ encryptionAlgorithm: SYMMETRIC }),
  'kms ReEncrypt': () => ({ sourceEncryptionAlgorithm: SYMMETRIC, destinationEncryptionAlgorithm: SYMMETRIC }),
}

/** What was sent, as records have it; null where nothing was, or nothing could be understood. */
export function parametersOf({ service, operation, parameters, itemsOf, items = [] }: Entry): Members | null {
  const name = `${service} ${operation}`
  if (!parameters || WITHOUT_PARAMETERS.has(name)) return null
  const sent = recorded({ ...parameters, ...(itemsOf && { [itemsOf]: items.map(({ id }) => id) }) })
  const whole = { ...DEFAULTS[name]?.(sent), ...sent }
  return Object.keys(whole).length > 0 ? whole : null
}

/** Operations whose records tell of the answer that it names the secret (security facts 6.3). */
const ANSWER_ARN: ReadonlySet<string> = new Set(['CreateSecret', 'PutSecretValue', 'UpdateSecret'])

/** What was answered, where the record tells it (security facts 6.3, 6.5). */
export function responseOf({ service, operation, arn, error, response }: Entry): Members | null {
  if (error) return null
  if (response) return Object.keys(response).length > 0 ? recorded(response) : null
  return service === 'secretsmanager' && ANSWER_ARN.has(operation) && arn !== undefined ? { arn } : null
}

/** Members under the names that records give them: the first letter small, at every depth. */
export function recorded(members: Members): Members {
  return lowerFirst(members) as Members
}

function lowerFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirst)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [lowered(name), VERBATIM.has(name) ? member : lowerFirst(member)]),
  )
}

/** Records say `arn` since February 2024, where they said `aRN` before (security facts 6.3). */
const lowered = (name: string) => (name === 'ARN' ? 'arn' : name.charAt(0).toLowerCase() + name.slice(1))
