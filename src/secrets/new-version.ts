import type { SecretsContext } from './context.ts'
import { errors } from './errors.ts'
import { KEPT_VERSIONS, versionLimitReached, versionsToRemove } from './retention.ts'
import type { Secret } from './secret.ts'
import { holdsValue, type SecretValue, sealVersion } from './secret-value.ts'
import type { VersionChanges } from './secrets-store.ts'
import { stageNewVersion } from './version-stages.ts'

/**
 * What writing a value under a token does to a secret; undefined when a version of that token holds the value already.
 * Throws ResourceExistsException when it holds another one (facts 7.2), LimitExceededException when there is no room.
 */
export async function newVersion(
  secret: Secret,
  { token, value, labels }: { token: string; value: SecretValue; labels?: readonly string[] | undefined },
  context: SecretsContext,
): Promise<{ readonly stages: Secret['stages']; readonly versions: VersionChanges } | undefined> {
  const { store, now } = context
  const existing = await store.version(secret, token)
  if (existing) {
    if (await holdsValue(secret, existing, value, context)) return undefined
    throw errors.tokenInUse(token, secret.arn)
  }
  const add = await sealVersion(secret, token, value, context)
  const stages = stageNewVersion(secret.stages, token, labels)
  const all = [...(await store.versions(secret)), add]
  if (versionLimitReached(all, now)) throw errors.tooManyVersions(KEPT_VERSIONS)
  return { stages, versions: { add: [add], remove: versionsToRemove(all, stages, now) } }
}
