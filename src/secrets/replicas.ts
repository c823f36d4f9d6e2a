import { partitionOf } from '../aws/partition.ts'
import { errors } from './errors.ts'
import type { Replica, Secret, Stages, VersionInfo } from './secret.ts'

/** Regions to which one secret is replicated at most: AWS has fewer than these, and every change writes all of them. */
export const MAX_REPLICAS = 50

/** A Region as a request gives it; the model demands neither member. */
export interface ReplicaRegion {
  readonly Region?: string | undefined
  readonly KmsKeyId?: string | undefined
}

/** Members of requests that ask for replicas. */
export interface ReplicaRequest {
  readonly AddReplicaRegions?: readonly ReplicaRegion[] | undefined
  readonly ForceOverwriteReplicaSecret?: boolean | undefined
}

/** What a replica's status says (facts 8.7). */
export const replicaMessages = {
  inSync: 'Replication succeeded',
  failed: (reason: string) => `Replication failed: ${reason}`,
  nameExists: (name: string, region: string) =>
    `Replication failed: Secret name ${name} already exists in region ${region}.`,
  otherArn: (name: string, region: string) =>
    `Replication failed: Secret name ${name} is currently replicated to ${region} with a different arn`,
}

type Place = Pick<Secret, 'region' | 'primaryRegion'>

/** True for a secret that follows one of another Region. */
export function isReplica({ region, primaryRegion = region }: Place): boolean {
  return primaryRegion !== region
}

/** True for a replica, and for a secret that has some. */
export function isReplicated(secret: Pick<Secret, 'region' | 'primaryRegion' | 'replicas'>): boolean {
  return isReplica(secret) || secret.replicas !== undefined
}

/** The ARN of a secret's replica, or of a replica's primary: another Region and the same suffix. */
export function arnInRegion({ arn, region }: Pick<Secret, 'arn' | 'region'>, other: string): string {
  return arn.replace(`:${region}:`, `:${other}:`)
}

/** Whether a secret is the replica of a primary in its Region. */
export function isReplicaOf(
  secret: Pick<Secret, 'arn' | 'region' | 'primaryRegion'>,
  primary: Pick<Secret, 'arn' | 'region'>,
): boolean {
  return secret.arn === arnInRegion(primary, secret.region) && secret.primaryRegion === primary.region
}

/** A secret with other replicas; one without any is not replicated. */
export function withReplicas<S extends Pick<Secret, 'region' | 'primaryRegion' | 'replicas'>>(
  secret: S,
  replicas: readonly Replica[],
): S {
  const some = replicas.length > 0
  return { ...secret, primaryRegion: some ? secret.region : undefined, replicas: some ? replicas : undefined }
}

/** Throws InvalidParameterException for Regions that are given twice, or not at all. */
export function checkReplicaRegions(regions: readonly ReplicaRegion[]): void {
  const names = regions.map(({ Region }) => Region)
  if (names.includes(undefined) || new Set(names).size < names.length) throw errors.replicaRegion()
}

/** Regions in which a request lets a secret of the same name give way. */
export function overwritten({
  AddReplicaRegions = [],
  ForceOverwriteReplicaSecret = false,
}: ReplicaRequest): Set<string> {
  return new Set(ForceOverwriteReplicaSecret ? AddReplicaRegions.map(({ Region = '' }) => Region) : [])
}

/**
 * The replicas that a secret has once more were asked for; a Region that is named again keeps its place and takes the key that comes with it.
 * Throws InvalidParameterException for the secret's own Region and for one of another partition (facts 8.7).
 */
export function addReplicas(
  { region, replicas = [] }: Pick<Secret, 'region' | 'replicas'>,
  added: readonly ReplicaRegion[],
): readonly Replica[] {
  const all = new Map(replicas.map((replica) => [replica.region, replica]))
  for (const { Region = '', KmsKeyId } of added) {
    if (Region === region || partitionOf(Region) !== partitionOf(region)) throw errors.replicaRegion()
    all.set(Region, { region: Region, kmsKeyId: KmsKeyId || undefined, status: 'InProgress' })
  }
  if (all.size > MAX_REPLICAS) throw errors.tooManyReplicas(MAX_REPLICAS)
  return [...all.values()]
}

/** What makes the versions of a replica those of its primary. */
export interface CopyPlan {
  readonly add: readonly VersionInfo[]
  /** Versions that are there, under another key than the replica's. */
  readonly reseal: readonly VersionInfo[]
  readonly remove: readonly string[]
}

/**
 * How a replica follows its primary: it has every version with a label, and of those without one what it had before, as long as the primary has
 * them. A version id that was given anew, after its version was removed, is another version.
 */
export function planCopies(
  primary: { readonly stages: Stages; readonly versions: readonly VersionInfo[] },
  present: readonly VersionInfo[],
  kmsKeyId: string | undefined,
): CopyPlan {
  const keyOf = ({ versionId, createdAt }: VersionInfo) => `${versionId} ${createdAt}`
  const there = new Map(present.map((version) => [keyOf(version), version]))
  const known = new Set(primary.versions.map(keyOf))
  const labelled = primary.versions.filter(({ versionId }) => primary.stages.has(versionId))
  return {
    add: labelled.filter((version) => !there.has(keyOf(version))),
    reseal: labelled.filter((version) => {
      const copy = there.get(keyOf(version))
      return copy !== undefined && copy.kmsKeyId !== kmsKeyId
    }),
    remove: present.filter((version) => !known.has(keyOf(version))).map(({ versionId }) => versionId),
  }
}
