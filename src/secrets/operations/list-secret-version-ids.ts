import { operation } from '../../aws/operation.ts'
import { boolean, integer, list, required, structure, timestamp } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findSecret } from '../find-secret.ts'
import type { VersionInfo } from '../secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { labelsOf } from '../version-stages.ts'

/** Page when MaxResults is absent; also its maximum (facts 9.5). */
const MAX_PAGE = 100
/** How AWS calls `aws/secretsmanager` here, and only here (facts 6.7). */
const DEFAULT_KEY = 'DefaultEncryptionKey'

const versionEntry = structure(
  {
    VersionId: shapes.versionId,
    VersionStages: shapes.versionStages,
    LastAccessedDate: timestamp(),
    CreatedDate: timestamp(),
    KmsKeyIds: list(shapes.kmsKeyId),
  },
  'SecretVersionsListEntry',
)

/** Where a page ended: the last version on it. */
type Position = readonly [createdAt: number, versionId: string]

export const listSecretVersionIds = operation({
  name: 'ListSecretVersionIds',
  access: 'read',
  input: structure({
    SecretId: required(shapes.secretId),
    MaxResults: integer({ range: [1, MAX_PAGE] }),
    NextToken: shapes.nextToken,
    IncludeDeprecated: boolean(),
  }),
  output: structure({
    Versions: list(versionEntry),
    NextToken: shapes.nextToken,
    ARN: shapes.arn,
    Name: shapes.outputName,
  }),
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  acceptsUnusable: () => true,

  async run({ MaxResults = MAX_PAGE, NextToken, IncludeDeprecated = false }, { secret }: Found, context) {
    const { scope, store, tokens, now } = context
    const query = ['ListSecretVersionIds', scope.account, scope.region, secret.arn, IncludeDeprecated]
    const after = NextToken === undefined ? undefined : (tokens.read(NextToken, query, now) as Position | undefined)
    if (NextToken !== undefined && !after) throw errors.nextToken()
    const versions = await store.versions(secret)
    const listed = behind(versions, after).filter(({ versionId }) => IncludeDeprecated || secret.stages.has(versionId))
    const page = listed.slice(0, MaxResults)
    const last = page.at(-1)
    const more = last && listed.length > page.length
    return {
      Versions: page.map((version) => entryOf(version, labelsOf(secret.stages, version.versionId))),
      NextToken: more ? tokens.make([last.createdAt, last.versionId], query, now) : undefined,
      ARN: secret.arn,
      Name: secret.name,
    }
  },
})

/** The versions behind a position, also when the version it names is gone. */
function behind(versions: readonly VersionInfo[], after: Position | undefined): readonly VersionInfo[] {
  if (!after) return versions
  const [createdAt, versionId] = after
  const index = versions.findIndex((version) => version.versionId === versionId)
  return index < 0 ? versions.filter((version) => version.createdAt > createdAt) : versions.slice(index + 1)
}

function entryOf(version: VersionInfo, labels: readonly string[]) {
  return {
    VersionId: version.versionId,
    VersionStages: labels.length > 0 ? [...labels] : undefined,
    LastAccessedDate: version.accessedAt === undefined ? undefined : new Date(version.accessedAt),
    CreatedDate: new Date(version.createdAt),
    KmsKeyIds: [version.kmsKeyId ?? DEFAULT_KEY],
  }
}
