import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'

/** Whom and what an installation trusts beyond what its accounts say. */
export interface TrustConfig {
  /** File with the keys of an OpenID Connect issuer, by issuer (`https://…`); others are asked for theirs. */
  readonly oidcKeys: ReadonlyMap<string, string>
  /** Value of aws:PrincipalOrgID. */
  readonly organizationId: string | undefined
  /** Files with service control policies, for every account. */
  readonly serviceControlPolicies: readonly string[]
  /** Whether refusals name the policy that denies. */
  readonly namePolicies: boolean
}

interface GivenTrust {
  readonly oidcKeys: readonly string[]
  readonly organizationId: string | undefined
  readonly serviceControlPolicies: readonly string[]
  readonly namePolicies: boolean
}

/** Throws ConfigError. */
export function trustConfig({
  oidcKeys,
  organizationId,
  serviceControlPolicies,
  namePolicies,
}: GivenTrust): TrustConfig {
  // The form of Organizations' ids.
  if (organizationId !== undefined && !/^o-[a-z0-9]{10,32}$/.test(organizationId))
    throw new ConfigError(
      `Cannot use the organization id: ${organizationId}: wanted o- and 10 to 32 lower-case letters or digits`,
    )
  return {
    oidcKeys: new Map(oidcKeys.map(keysOf)),
    organizationId,
    serviceControlPolicies: serviceControlPolicies.map((path) => resolve(path)),
    namePolicies,
  }
}

function keysOf(text: string): [issuer: string, path: string] {
  const [, issuer, path] = /^(https:\/\/[^=\s]+)=(.+)$/.exec(text) ?? []
  if (issuer === undefined || path === undefined)
    throw new ConfigError(`Cannot use the keys of an issuer: ${text}: wanted https://issuer=file`)
  return [issuer, resolve(path)]
}

/** Texts of a variable that holds several, separated by commas. */
export function listOf(text = ''): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
