import type { ExportKey } from '../../seal/export-key.ts'
import { recordsOf } from '../cloudtrail.ts'
import type { TrailRow } from '../trail.ts'
import { contentHash, type DigestLink, digestOf, type LogFile, signedText } from './digest.ts'
import type { ExportFolder } from './export-folder.ts'
import { HOUR_MS, hourOf, logFileKey, type Place, secondsOf } from './layout.ts'

/** How far an export has come; kept in its folder. */
export interface ExportState {
  readonly bucket: string
  /** The first hour that is not exported. */
  readonly hour: number
  /** The last row that is. */
  readonly seq: number
  /** The last digest of each account and Region, by `<account>/<region>`. */
  readonly digests: Readonly<Record<string, DigestLink>>
}

export const STATE_FILE = 'coffer-export.json'

/** Text of records in one file, in characters; an hour with more has several. */
const FILE_CHARACTERS = 8 * 1024 * 1024

/** Records of one account and Region that are not written yet. */
interface Pending {
  readonly place: Place
  texts: string[]
  size: number
  times: string[]
  readonly files: LogFile[]
}

/**
 * Writes rows of a trail in CloudTrail's layout, hour by hour. A row belongs to the hour in which it was written, or to the next where that is
 * exported already, so that every record is in exactly one file. An hour that was finished is never touched again; one that was interrupted is
 * written anew.
 */
export class TrailExport {
  readonly #folder: ExportFolder
  readonly #key: ExportKey
  readonly #pending = new Map<string, Pending>()
  #state: ExportState
  #seq: number
  hours = 0
  records = 0

  constructor(folder: ExportFolder, key: ExportKey, state: ExportState) {
    this.#folder = folder
    this.#key = key
    this.#state = state
    this.#seq = state.seq
  }

  /** False for a row that is of an hour not before `until`: it and what follows is left for later. */
  async add(row: TrailRow, until: number): Promise<boolean> {
    const hour = Math.max(hourOf(row.at), this.#state.hour)
    if (hour >= until) return false
    await this.finishBefore(hour)
    for (const record of row.entries.flatMap(recordsOf)) {
      const place = { account: record.recipientAccountId, region: record.awsRegion }
      const pending = this.#pendingOf(place)
      const text = JSON.stringify(record)
      pending.texts.push(text)
      pending.size += text.length
      pending.times.push(record.eventTime)
      this.records++
      if (pending.size >= FILE_CHARACTERS) await this.#writeFile(pending)
    }
    this.#seq = row.seq
    return true
  }

  /** Finishes every hour before this one, also those in which nothing happened. */
  async finishBefore(hour: number): Promise<void> {
    while (this.#state.hour < hour) await this.#finishHour()
  }

  #pendingOf(place: Place): Pending {
    const name = `${place.account}/${place.region}`
    const known = this.#pending.get(name)
    if (known) return known
    const made = { place, texts: [], size: 0, times: [], files: [] }
    this.#pending.set(name, made)
    return made
  }

  async #writeFile(pending: Pending): Promise<void> {
    const { place, texts, times, files } = pending
    const content = `{"Records":[${texts.join(',')}]}`
    const hashValue = contentHash(content)
    const key = logFileKey(place, this.#state.hour, hashValue.slice(0, 16))
    await this.#folder.writeCompressed(key, content)
    const sorted = times.toSorted()
    files.push({
      s3Bucket: this.#state.bucket,
      s3Object: key,
      hashValue,
      hashAlgorithm: 'SHA-256',
      newestEventTime: sorted.at(-1) ?? '',
      oldestEventTime: sorted[0] ?? '',
    })
    Object.assign(pending, { texts: [], size: 0, times: [] })
  }

  async #finishHour(): Promise<void> {
    const { bucket, hour, digests } = this.#state
    const next: Record<string, DigestLink> = {}
    for (const name of new Set([...Object.keys(digests), ...this.#pending.keys()])) {
      const [account = '', region = ''] = name.split('/')
      const pending = this.#pendingOf({ account, region })
      if (pending.texts.length > 0) await this.#writeFile(pending)
      next[name] = await this.#writeDigest(pending, digests[name])
    }
    this.#pending.clear()
    this.hours++
    this.#state = { bucket, hour: hour + HOUR_MS, seq: this.#seq, digests: next }
    await this.#folder.writeJson(STATE_FILE, this.#state)
  }

  async #writeDigest({ place, files }: Pending, previous: DigestLink | undefined): Promise<DigestLink> {
    const { bucket, hour } = this.#state
    const { fingerprint } = this.#key
    const { key, text } = digestOf({ place, bucket, hour, fingerprint, logFiles: files, previous })
    const hash = contentHash(text)
    const end = secondsOf(hour + HOUR_MS)
    const signed = signedText({ end, bucket, key, hash, previousSignature: previous?.signature ?? null })
    const signature = this.#key.sign(signed).toString('hex')
    await this.#folder.writeCompressed(key, text)
    await this.#folder.writeJson(metadataKey(key), {
      'x-amz-meta-signature': signature,
      'x-amz-meta-signature-algorithm': 'SHA256withRSA',
    })
    return { s3Object: key, hashValue: hash, signature }
  }
}

/** A file system keeps no metadata with a file, so that of a digest, with its signature, stands beside it. */
export const metadataKey = (key: string): string => `${key}.metadata.json`
