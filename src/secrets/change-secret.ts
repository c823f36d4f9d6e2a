import type { SecretsContext } from './context.ts'
import { errors } from './errors.ts'
import { arnInRegion, isReplicaOf, withReplicas } from './replicas.ts'
import { type Primary, replicate } from './replicate.ts'
import type { Secret, Version } from './secret.ts'
import { openVersion, type SecretValue } from './secret-value.ts'
import { type NewSecret, TamperedError, type VersionChanges } from './secrets-store.ts'

/** A value that a request brings: it need not be opened again for replicas. */
export interface WrittenValue {
  readonly versionId: string
  readonly value: SecretValue
}

export interface ChangeOptions {
  readonly versions?: VersionChanges | undefined
  readonly written?: WrittenValue | undefined
  /** Regions in which a secret of the same name gives way to a replica. */
  readonly overwrite?: ReadonlySet<string> | undefined
}

const NOWHERE: ReadonlySet<string> = new Set()

/**
 * Changes a secret together with its replicas, in one transaction: the only way to change one.
 *
 * @param secret the new state, still with the revision that was read
 * @returns the secret with the state of its replicas
 */
export async function changeSecret(
  secret: Secret,
  context: SecretsContext,
  { versions, written, overwrite = NOWHERE }: ChangeOptions = {},
): Promise<Secret> {
  const changed = secret.replicas
    ? {
        ...secret,
        replicas: await replicate(await asPrimary(secret, { versions, written }, context), overwrite, context),
      }
    : secret
  context.change(context.store.update(changed, versions))
  return changed
}

/** Makes a secret with its replicas, in one transaction. */
export async function makeSecret(
  secret: NewSecret,
  made: { readonly version: Version; readonly value: SecretValue } | undefined,
  overwrite: ReadonlySet<string>,
  context: SecretsContext,
): Promise<NewSecret> {
  const versions = made ? [made.version] : []
  const primary: Primary = {
    secret,
    versions,
    async open(versionId) {
      if (versionId !== made?.version.versionId) throw errors.versionIdNotFound(versionId)
      return made.value
    },
  }
  const whole = secret.replicas ? { ...secret, replicas: await replicate(primary, overwrite, context) } : secret
  context.change(context.store.create(whole, ...versions))
  return whole
}

/** Takes Regions from the replicas of a secret, and the replicas out of them, at once and for good. */
export async function removeReplicas(
  secret: Secret,
  regions: ReadonlySet<string>,
  context: SecretsContext,
): Promise<Secret> {
  const { store } = context
  const all = secret.replicas ?? []
  const removed = all.filter(({ region }) => regions.has(region))
  if (removed.length === 0) return secret
  for (const found of await store.findMany(removed.map(({ region }) => ({ arn: arnInRegion(secret, region) })))) {
    if (found instanceof TamperedError) {
      context.report(found)
      throw errors.decryptionFailure()
    }
    if (found && isReplicaOf(found.secret, secret)) context.change(store.remove(found.secret))
  }
  context.afterCommit(() => store.erase())
  const kept = all.filter(({ region }) => !regions.has(region))
  return changeSecret(withReplicas({ ...secret, changedAt: context.now }, kept), context)
}

/** Makes a replica a secret of its own, and tells its primary. */
export async function promote(replica: Secret, context: SecretsContext): Promise<void> {
  const { store, now, change } = context
  const { region, primaryRegion = region } = replica
  if (primaryRegion === region) throw errors.notReplica()
  change(store.update(withReplicas({ ...replica, changedAt: now }, [])))
  const [found] = await store.findMany([{ arn: arnInRegion(replica, primaryRegion) }])
  // Whatever became of the primary, its replica is free.
  if (found instanceof TamperedError) return context.report(found)
  const primary = found?.secret
  const kept = primary?.replicas?.filter((other) => other.region !== region)
  if (primary && kept) change(store.update(withReplicas({ ...primary, changedAt: now }, kept)))
}

/** A secret that is stored, as its replicas see it once it has changed. */
async function asPrimary(
  secret: Secret,
  { versions: { add = [], remove = [] } = {}, written }: ChangeOptions,
  context: SecretsContext,
): Promise<Primary> {
  const stored = (await context.store.versions(secret)).filter(({ versionId }) => !remove.includes(versionId))
  const opened = new Map<string, SecretValue>()
  if (written) opened.set(written.versionId, written.value)
  return {
    secret: withoutSequence(secret),
    versions: [...stored, ...add],
    async open(versionId) {
      const known = opened.get(versionId)
      if (known) return known
      const version = await context.store.version(secret, versionId)
      if (!version) throw errors.versionIdNotFound(versionId)
      const value = await openVersion(secret, version, context)
      opened.set(versionId, value)
      return value
    },
  }
}

function withoutSequence({ id: _id, revision: _revision, ...secret }: Secret): NewSecret {
  return secret
}
