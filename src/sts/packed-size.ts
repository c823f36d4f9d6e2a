import { deflateRawSync } from 'node:zlib'
import type { RoleSession } from '../identity/temporary-credentials.ts'
import { errors } from './errors.ts'

/** Room for the policies and tags of a session once they are deflated, in bytes. AWS has such a limit and does not publish it. */
export const PACKED_LIMIT = 4096

/**
 * Longest session token that is given out. All headers of a request share 16 KiB of node:http, and so does the text of a presigned URL: what is
 * left is for the others.
 */
export const MAX_SESSION_TOKEN = 12_288

/** How much of the room for policies and tags a session takes, in percent; undefined when it has none. Throws PackedPolicyTooLarge. */
export function packedPercent({ policies, tags }: Pick<RoleSession, 'policies' | 'tags'>): number | undefined {
  if (!policies && tags.length === 0) return undefined
  const packed = deflateRawSync(JSON.stringify([policies?.document, policies?.arns, tags])).byteLength
  const percent = Math.ceil((packed * 100) / PACKED_LIMIT)
  if (percent > 100) throw policies ? errors.packedPolicy(percent) : errors.packedTags(percent)
  return percent
}

/** Throws PackedPolicyTooLarge for a token that no request could carry: what deflates well may still be long. */
export function checkTokenLength(sessionToken: string): void {
  if (sessionToken.length > MAX_SESSION_TOKEN) throw errors.sessionTooLarge()
}
