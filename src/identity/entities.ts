/** A tag as IAM's API spells it. */
export interface Tag {
  readonly Key: string
  readonly Value: string
}

/** A policy that belongs to one user, group or role and has no ARN. */
export interface InlinePolicy {
  readonly name: string
  /** As it was given. */
  readonly document: string
}

/**
 * What every identity has. Names are unique in an account and kind, without regard to case; the unique id belongs to this identity alone, also
 * when another of the same name follows it.
 */
interface Entity {
  readonly account: string
  /** `AIDA…` user, `AGPA…` group, `AROA…` role, `ANPA…` managed policy, `OIDC…` OpenID Connect provider, `AIPA…` instance profile. */
  readonly id: string
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Raised by every change; a change of an older revision is a conflict. 1 when made. */
  readonly revision: number
}

/** Who policies can be given to. */
interface Grantee extends Entity {
  readonly inline: readonly InlinePolicy[]
  /** ARNs of managed policies: the account's, or AWS's. */
  readonly attached: readonly string[]
}

export interface User extends Grantee {
  readonly kind: 'user'
  readonly tags: readonly Tag[]
  /** ARN of the managed policy that is the permissions boundary. */
  readonly boundary?: string | undefined
  /** Ids of the groups it is in. */
  readonly groups: readonly string[]
}

export interface Group extends Grantee {
  readonly kind: 'group'
}

/** A document with principals as it was given, and whom its principal ARNs meant then: a trust policy, or a policy on a secret or key. */
export interface BoundPolicy {
  readonly document: string
  /** Unique id of each user and role that the document names by ARN (security facts 3.2). */
  readonly bindings: Readonly<Record<string, string>>
}

export interface Role extends Grantee {
  readonly kind: 'role'
  readonly tags: readonly Tag[]
  readonly boundary?: string | undefined
  readonly trust: BoundPolicy
  readonly description?: string | undefined
  /** Longest session, in seconds. */
  readonly maxSession: number
}

export interface PolicyVersion {
  /** `v1`, `v2` … */
  readonly id: string
  readonly document: string
  readonly createdAt: number
}

export interface ManagedPolicy extends Entity {
  readonly kind: 'policy'
  readonly tags: readonly Tag[]
  readonly description?: string | undefined
  /** Oldest first. */
  readonly versions: readonly PolicyVersion[]
  readonly defaultVersion: string
  /** Versions ever made: the number of the newest. */
  readonly versionsMade: number
  readonly updatedAt: number
}

/** An issuer of OpenID Connect tokens that an account trusts. Its name is host and path of the issuer, without scheme. */
export interface OidcProvider extends Entity {
  readonly kind: 'oidc-provider'
  readonly tags: readonly Tag[]
  /** Audiences that tokens may be for. */
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
}

/** A named holder of at most one role, by which EC2 gives an instance its role. It decides no permission. */
export interface InstanceProfile extends Entity {
  readonly kind: 'instance-profile'
  readonly tags: readonly Tag[]
  /** Unique id of the role in it. */
  readonly role?: string | undefined
}

export interface Entities {
  readonly user: User
  readonly group: Group
  readonly role: Role
  readonly policy: ManagedPolicy
  readonly 'oidc-provider': OidcProvider
  readonly 'instance-profile': InstanceProfile
}
export type Kind = keyof Entities
export type AnyEntity = Entities[Kind]

/** ARN of an identity (IAM's service authorization reference). */
export function arnOf({ account, kind, path, name }: Pick<AnyEntity, 'account' | 'kind' | 'path' | 'name'>): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`
}

const IAM_ARN = /^arn:aws:iam::(\d{12}):(user|group|role|policy|oidc-provider|instance-profile)(\/(?:.*\/)?)([^/]+)$/
const PROVIDER_ARN = /^arn:aws:iam::(\d{12}):oidc-provider\/(.+)$/

/** What the ARN of an identity says, well-formed or not in its details; undefined for any other text. The inverse of `arnOf`. */
export function parseIamArn(arn: string): Pick<AnyEntity, 'account' | 'kind' | 'path' | 'name'> | undefined {
  // The name of a provider has slashes of its own.
  const [, owner, provider] = PROVIDER_ARN.exec(arn) ?? []
  if (owner !== undefined && provider !== undefined)
    return { account: owner, kind: 'oidc-provider', path: '/', name: provider }
  const [, account, kind, path, name] = IAM_ARN.exec(arn) ?? []
  if (account === undefined || path === undefined || name === undefined) return undefined
  return { account, kind: kind as Kind, path, name }
}

/** The account that an ARN of any service names; undefined where it names none. */
export function accountIn(arn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1]
}

/** ARN of a session of a role; it leaves the role's path out (security facts 5.2). */
export function sessionArn({ account, name }: Pick<Role, 'account' | 'name'>, session: string): string {
  return `arn:aws:sts::${account}:assumed-role/${name}/${session}`
}

/**
 * What an entity depends on: the managed policies of a user, group or role, its boundary included, by ARN; the groups of a user and the role of an
 * instance profile, by id.
 */
export function referencesOf(entity: AnyEntity): readonly string[] {
  const references: string[] = []
  if ('attached' in entity) references.push(...entity.attached)
  if ('groups' in entity) references.push(...entity.groups)
  if (entity.kind === 'instance-profile' && entity.role !== undefined) references.push(entity.role)
  if ('boundary' in entity && entity.boundary !== undefined && !references.includes(entity.boundary))
    references.push(entity.boundary)
  return references
}
