import type { Change } from '../aws/change.ts'
import { ForgedRowError } from '../aws/damaged-row.ts'
import type { Driver } from './filters.ts'
import type { Secret, Version, VersionInfo } from './secret.ts'

/** Where names are unique: one account in one Region. */
export interface Scope {
  readonly account: string
  readonly region: string
}

/** How a secret is asked for: by its name within a scope, or by its full ARN. */
export type Selector = { readonly scope: Scope; readonly name: string } | { readonly arn: string }

/** A secret with the version that carries AWSCURRENT, read together. */
export interface Found {
  readonly secret: Secret
  readonly current: Version | undefined
}

/** The row of a secret whose MAC does not fit its content: something other than Coffer wrote it. */
export class TamperedError extends ForgedRowError {
  /** The ARN that the row claims. */
  readonly arn: string

  constructor(arn: string) {
    super('secrets', arn)
    this.name = 'TamperedError'
    this.arn = arn
  }
}

export type SortKey = 'created' | 'name' | 'changed' | 'accessed'

/** Where a page ended: the sort key and the sequence of its last examined secret. */
export interface Position {
  readonly key: string | number
  readonly id: number
  /** Where a walk towards newer dates ends, however many secrets get a newer one meanwhile. */
  readonly until?: number | undefined
}

export interface PageQuery {
  readonly scope: Scope
  readonly sortBy: SortKey
  readonly descending: boolean
  /** Only secrets behind this position; from the start when absent. */
  readonly after?: Position | undefined
  /** Secrets per page at most. */
  readonly limit: number
  /** Indexes that may answer the query; each one admits every secret that matches. */
  readonly drivers: readonly Driver[]
  readonly matches: (secret: Secret) => boolean
}

export interface SecretPage {
  /** In order. A tampered row stands as an error. */
  readonly items: readonly (Secret | TamperedError)[]
  /** Present while there may be more, also on a page without items. */
  readonly next?: Position | undefined
}

/** A secret before the store has given it its sequence and revision. */
export type NewSecret = Omit<Secret, 'id' | 'revision'>

/** What an update does to the versions of a secret, beside the secret itself. */
export interface VersionChanges {
  readonly add?: readonly Version[] | undefined
  readonly remove?: readonly string[] | undefined
  /** Values sealed anew, under the same version ids. */
  readonly reseal?: readonly Version[] | undefined
}

/**
 * Secrets and their versions. Reads see every change that was acknowledged before they began. Changes are made here and committed by the
 * trail; an update or removal applies only to the revision it was computed from and is a ConflictError otherwise, as is a second secret of a name.
 */
export interface SecretsStore {
  /** One query for all. Same order and length as asked; undefined where there is no such secret. */
  findMany(selectors: readonly Selector[]): Promise<readonly (Found | TamperedError | undefined)[]>
  version(secret: Secret, versionId: string): Promise<Version | undefined>
  /** All versions without values, in order of creation. */
  versions(secret: Secret): Promise<readonly VersionInfo[]>
  /** One page in order; examines at most {@link EXAMINED_PER_PAGE} secrets. */
  page(query: PageQuery): Promise<SecretPage>
  /** Secrets whose recovery window has ended, of all scopes, oldest first. */
  expired(now: number, limit: number): Promise<readonly Secret[]>
  /** Secrets whose rotation is to begin or to be tried again, of all scopes, those first that have waited longest. */
  rotationsDue(now: number, limit: number): Promise<readonly Secret[]>

  create(secret: NewSecret, ...versions: readonly Version[]): Change
  /** `secret` is the new state, still with the revision that was read. */
  update(secret: Secret, versions?: VersionChanges): Change
  /** Removes the secret and all its versions for good. */
  remove(secret: Secret): Change
  /** Notes the day of a read (ms, midnight UTC); never conflicts. */
  touch(secret: Secret, versionId: string, day: number): Change
  /** Asks that removed content leaves the files too. */
  erase(): Promise<void>
}

/** A page examines this many secrets at most (design page, "long filtered lists"). */
export const EXAMINED_PER_PAGE = 5_000
