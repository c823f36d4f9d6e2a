import { list, string } from '../aws/shape.ts'
import { errors } from './errors.ts'

// What an OpenID Connect provider holds beside its URL, as IAM's service model has it, and how much of it.

export const url = string({ length: [1, 255] })
export const clientId = string({ length: [1, 255] })
export const clientIds = list(clientId)
export const thumbprints = list(string({ length: [40, 40] }))

/** Audiences of a provider (IAM quotas). */
const MAX_CLIENT_IDS = 100
/** Thumbprints of a provider (security facts 5.5). */
const MAX_THUMBPRINTS = 5

/** Client ids, each once. Throws LimitExceeded. */
export function checkClientIds(ids: readonly string[]): readonly string[] {
  const different = [...new Set(ids)]
  if (different.length > MAX_CLIENT_IDS) throw errors.quotaExceeded('ClientIdsPerOpenIdConnectProvider', MAX_CLIENT_IDS)
  return different
}

/** Throws InvalidInput for too many. */
export function checkThumbprints(list: readonly string[]): readonly string[] {
  if (list.length > MAX_THUMBPRINTS)
    throw errors.invalidInput(`Thumbprint list must contain at most ${MAX_THUMBPRINTS} entries.`)
  return list
}
