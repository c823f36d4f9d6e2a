import { createHash } from 'node:crypto'
import { digestKey, HOUR_MS, type Place, secondsOf } from './layout.ts'

/** A file of records as a digest names it. */
export interface LogFile {
  readonly s3Bucket: string
  readonly s3Object: string
  readonly hashValue: string
  readonly hashAlgorithm: 'SHA-256'
  readonly newestEventTime: string
  readonly oldestEventTime: string
}

/** What the next digest says of the one before. */
export interface DigestLink {
  readonly s3Object: string
  readonly hashValue: string
  readonly signature: string
}

export interface NewDigest {
  readonly place: Place
  readonly bucket: string
  readonly hour: number
  readonly fingerprint: string
  readonly logFiles: readonly LogFile[]
  readonly previous: DigestLink | undefined
}

/** The digest of an hour (security facts 6.7), not compressed. */
export function digestOf({ place, bucket, hour, fingerprint, logFiles, previous }: NewDigest): {
  readonly key: string
  readonly text: string
} {
  const key = digestKey(place, hour + HOUR_MS)
  const times = logFiles
    .flatMap(({ newestEventTime, oldestEventTime }) => [newestEventTime, oldestEventTime])
    .toSorted()
  const digest = {
    awsAccountId: place.account,
    digestStartTime: secondsOf(hour),
    digestEndTime: secondsOf(hour + HOUR_MS),
    digestS3Bucket: bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: times.at(-1) ?? null,
    oldestEventTime: times[0] ?? null,
    previousDigestS3Bucket: previous ? bucket : null,
    previousDigestS3Object: previous?.s3Object ?? null,
    previousDigestHashValue: previous?.hashValue ?? null,
    previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
    previousDigestSignature: previous?.signature ?? null,
    logFiles,
  }
  return { key, text: JSON.stringify(digest) }
}

/** The text that is signed of a digest. */
export function signedText(digest: {
  readonly end: string
  readonly bucket: string
  readonly key: string
  readonly hash: string
  readonly previousSignature: string | null
}): string {
  const { end, bucket, key, hash, previousSignature } = digest
  return [end, `${bucket}/${key}`, hash, previousSignature ?? 'null'].join('\n')
}

export const contentHash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
