import type { EventLookUp } from '../audit/lookup/look-up.ts'
import type { Trail } from '../audit/trail.ts'
import type { PolicyCache } from '../iam/policy-cache.ts'
import type { Authorizer } from '../identity/authorize.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { SessionTokens } from '../identity/temporary-credentials.ts'
import type { KeyringParts } from '../keyring-api/context.ts'
import type { KeyStore } from '../kms/key-store.ts'
import type { Sealer } from '../seal/keyring.ts'
import type { Rotations } from '../secrets/context.ts'
import type { SecretsStore } from '../secrets/secrets-store.ts'
import type { IssuerKeys } from '../sts/issuer-keys.ts'

/** What services are made of. */
export interface ServiceParts {
  readonly secrets: SecretsStore
  readonly keys: KeyStore
  readonly trail: Trail
  readonly events: EventLookUp
  readonly identities: IdentityStore
  readonly policies: PolicyCache
  readonly authorizer: Authorizer
  readonly issuerKeys: IssuerKeys
  readonly sessions: SessionTokens
  /** Opens and seals the material of KMS keys. */
  readonly material: Sealer
  /** Seals the import tokens that clients keep for KMS. */
  readonly keyTokens: Sealer
  /** Seals the secrets of access keys. */
  readonly accessKeys: Sealer
  readonly pageTokens: Sealer
  readonly rotations: Rotations
  readonly keyring: KeyringParts
  /** Tells the operator of something that works and is unwise. */
  readonly warn: (message: string) => void
}
