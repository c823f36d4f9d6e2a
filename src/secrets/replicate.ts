import type { Change } from '../aws/change.ts'
import { AwsError } from '../aws/error.ts'
import type { SecretsContext } from './context.ts'
import { arnInRegion, isReplica, isReplicaOf, isReplicated, planCopies, replicaMessages } from './replicas.ts'
import type { Replica, Secret, Version, VersionInfo } from './secret.ts'
import { probeReplicaKey, type SecretValue, sealVersion } from './secret-value.ts'
import { type Found, type NewSecret, type SecretsStore, TamperedError, type VersionChanges } from './secrets-store.ts'

/** A primary as it is about to be. */
export interface Primary {
  readonly secret: NewSecret
  readonly versions: readonly VersionInfo[]
  /** The value of one of its versions. Throws AwsErrors for what cannot be read. */
  open(versionId: string): Promise<SecretValue>
}

/** What stands in a Region under the name of a primary. */
type Standing = Found | TamperedError | undefined

/**
 * Adds the changes that make every replica what its primary is about to be, and tells how each fares. What keeps one from following is in its
 * status and never fails the change of the primary: it follows with the next change. A replica whose key or whose primary's key refuses
 * keeps its values and labels and takes everything else.
 *
 * @param overwrite Regions in which a secret of the same name gives way
 */
export async function replicate(
  primary: Primary,
  overwrite: ReadonlySet<string>,
  context: SecretsContext,
): Promise<readonly Replica[]> {
  const { account, name, replicas = [] } = primary.secret
  const standing = await context.store.findMany(replicas.map(({ region }) => ({ scope: { account, region }, name })))
  const followed: Replica[] = []
  for (const [index, replica] of replicas.entries()) {
    const reason = await follow(primary, replica, { there: standing[index], overwrite }, context)
    const { region, kmsKeyId } = replica
    const outcome = reason === undefined ? 'InSync' : 'Failed'
    followed.push({ region, kmsKeyId, status: outcome, message: reason ?? replicaMessages.inSync })
  }
  return followed
}

/** Brings one replica into step, or says what its status is to say. */
async function follow(
  primary: Primary,
  replica: Replica,
  { there, overwrite }: { there: Standing; overwrite: ReadonlySet<string> },
  context: SecretsContext,
): Promise<string | undefined> {
  const { store } = context
  if (there instanceof TamperedError) {
    context.report(there)
    return replicaMessages.nameExists(primary.secret.name, replica.region)
  }
  const isOurs = there !== undefined && isReplicaOf(there.secret, primary.secret)
  const other = isOurs ? undefined : there?.secret
  if (other && !(overwrite.has(replica.region) && givesWay(other, primary.secret))) return taken(other)
  const present = isOurs ? there.secret : undefined
  const copy = copyOf(primary.secret, replica, present, context.now)
  let versions: VersionChanges
  try {
    versions = await copies(primary, copy, present, { ...context, kms: context.kms.in(replica.region) })
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    if (present)
      context.change(store.update({ ...present, ...copy, stages: present.stages, kmsKeyId: present.kmsKeyId }))
    return replicaMessages.failed(error.message)
  }
  if (other) {
    context.change(store.remove(other))
    context.afterCommit(() => store.erase())
  }
  const change = present ? store.update({ ...present, ...copy }, versions) : store.create(copy, ...(versions.add ?? []))
  context.change(change)
  return undefined
}

/** Whether a secret may be overwritten: none that is replicated itself, and none that belongs to another service. */
function givesWay(other: Secret, { owningService }: NewSecret): boolean {
  return !isReplicated(other) && other.owningService === owningService
}

/**
 * Changes that give replicas in step the labels of their primary, for what happens to a secret without a request: nobody is there by whose
 * permission a value could be sealed, and no value is made. Versions that the primary loses, they lose too.
 */
export async function followLabels(
  primary: Secret,
  { remove }: Pick<VersionChanges, 'remove'>,
  store: SecretsStore,
): Promise<readonly Change[]> {
  const inStep = (primary.replicas ?? []).filter(({ status }) => status === 'InSync')
  if (inStep.length === 0) return []
  const found = await store.findMany(inStep.map(({ region }) => ({ arn: arnInRegion(primary, region) })))
  const { stages, changedAt } = primary
  return found.flatMap((there) =>
    there && !(there instanceof TamperedError) && isReplicaOf(there.secret, primary)
      ? [store.update({ ...there.secret, stages, changedAt }, { remove })]
      : [],
  )
}

/** Why a name that somebody has cannot be a replica's. */
function taken(other: Secret): string {
  const { otherArn, nameExists } = replicaMessages
  return (isReplica(other) ? otherArn : nameExists)(other.name, other.region)
}

/** A replica as it is to be: everything of its primary but its place, its key and its own dates. */
function copyOf(
  primary: NewSecret,
  { region, kmsKeyId }: Replica,
  present: Secret | undefined,
  now: number,
): NewSecret {
  return {
    ...primary,
    region,
    arn: arnInRegion(primary, region),
    kmsKeyId,
    replicas: undefined,
    // It is rotated where its primary is.
    rotation: undefined,
    createdAt: present?.createdAt ?? now,
    accessedAt: present?.accessedAt,
  }
}

/** The versions of a replica that are to be sealed for it: under its own key, in its own Region, by the caller. */
async function copies(
  primary: Primary,
  copy: NewSecret,
  present: Secret | undefined,
  context: SecretsContext,
): Promise<VersionChanges> {
  const there = present ? await context.store.versions(present) : []
  const { stages } = primary.secret
  const plan = planCopies({ stages, versions: primary.versions }, there, copy.kmsKeyId)
  if (!present || present.kmsKeyId !== copy.kmsKeyId) await probeReplicaKey(copy, context)
  const sealed = async (version: VersionInfo): Promise<Version> => {
    const value = await primary.open(version.versionId)
    const { createdAt } = version
    return { ...(await sealVersion(copy, version.versionId, value, context)), createdAt }
  }
  const add: Version[] = []
  const reseal: Version[] = []
  for (const version of plan.add) add.push(await sealed(version))
  for (const version of plan.reseal) reseal.push(await sealed(version))
  return { add, reseal, remove: plan.remove }
}
