import type { SecretTags } from './record-test.ts'

/** The tags that secrets have now, by ARN; a secret that is not there is left out. */
export type ReadTags = (arns: readonly string[]) => Promise<ReadonlyMap<string, SecretTags>>

/** For so long tags are remembered: a tag that was set just now counts from then on. */
const REMEMBERED_MS = 10_000
const MAX_REMEMBERED = 10_000

/** Remembers tags for a moment: busy secrets would be asked for with each batch of records. */
export function rememberedTags(read: ReadTags, now: () => number): ReadTags {
  let known = new Map<string, { readonly tags: SecretTags | undefined; readonly until: number }>()
  return async (arns) => {
    const at = now()
    const unknown = arns.filter((arn) => (known.get(arn)?.until ?? 0) <= at)
    if (unknown.length > 0) {
      const found = await read(unknown)
      if (known.size + unknown.length > MAX_REMEMBERED) known = new Map()
      for (const arn of unknown) known.set(arn, { tags: found.get(arn), until: at + REMEMBERED_MS })
    }
    return new Map(
      arns.flatMap((arn) => {
        const tags = known.get(arn)?.tags
        return tags === undefined ? [] : [[arn, tags] as const]
      }),
    )
  }
}
