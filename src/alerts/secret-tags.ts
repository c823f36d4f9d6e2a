import type { OutgoingRecord } from '../audit/sinks/sink.ts'
import type { SecretTags } from './record-test.ts'

/** A secret as a record names it: by its ARN, or as the caller wrote it who was not told whether there is one. */
export interface SecretReference {
  readonly account: string
  readonly region: string
  readonly id: string
}

/** The tags that secrets have now, in the order asked; undefined for what names no secret. */
export type ReadTags = (secrets: readonly SecretReference[]) => Promise<readonly (SecretTags | undefined)[]>

/** For so long tags are remembered: a tag that was set just now counts from then on. */
const REMEMBERED_MS = 10_000
const MAX_REMEMBERED = 10_000

/** The secret that a record is about. */
export function secretOf({ record, secretArn }: OutgoingRecord): SecretReference | undefined {
  const { eventSource, requestParameters, userIdentity, awsRegion: region } = record
  const id = secretArn ?? (eventSource.startsWith('secretsmanager.') ? requestParameters?.secretId : undefined)
  return typeof id === 'string' ? { account: String(userIdentity.accountId), region, id } : undefined
}

/** Tells the same secrets from others. */
export const secretKey = ({ account, region, id }: SecretReference) => `${account} ${region} ${id}`

/** Remembers tags for a moment: busy secrets would be asked for with each batch of records. */
export function rememberedTags(read: ReadTags, now: () => number): ReadTags {
  let known = new Map<string, { readonly tags: SecretTags | undefined; readonly until: number }>()
  return async (secrets) => {
    const at = now()
    if (known.size > MAX_REMEMBERED) known = new Map()
    const unknown = secrets.filter((secret) => (known.get(secretKey(secret))?.until ?? 0) <= at)
    if (unknown.length > 0) {
      const found = await read(unknown)
      for (const [index, secret] of unknown.entries())
        known.set(secretKey(secret), { tags: found[index], until: at + REMEMBERED_MS })
    }
    return secrets.map((secret) => known.get(secretKey(secret))?.tags)
  }
}
