import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { fingerprintOf, isExportSignature } from '../../seal/export-key.ts'
import { contentHash, type LogFile, signedText } from './digest.ts'
import { isVouchedFor, PUBLIC_KEYS_FILE, type PublishedKey } from './public-keys.ts'
import { metadataKey, STATE_FILE } from './trail-export.ts'

export interface ExportVerification {
  /** What is wrong, a line each. */
  readonly faults: readonly string[]
  readonly digests: number
  readonly logFiles: number
  readonly records: number
}

/** More than any file holds that was exported. */
const MAX_CONTENT_BYTES = 256 * 1024 * 1024

/** Members of a digest that its proof needs. */
interface Digest {
  readonly digestEndTime: string
  readonly digestStartTime: string
  readonly digestS3Bucket: string
  readonly digestS3Object: string
  readonly digestPublicKeyFingerprint: string
  readonly previousDigestS3Object: string | null
  readonly previousDigestHashValue: string | null
  readonly previousDigestSignature: string | null
  readonly logFiles: readonly LogFile[]
}

/** A digest that was looked at, for the next one to refer to. */
interface Link {
  readonly key: string
  readonly hash: string
  readonly signature: string
  readonly end: string
}

/**
 * Verifies exported files by their digests alone (security facts 6.7): signatures, the chain of digests of each account and Region without a gap
 * in time, and every file that they name. A folder to which no hour was exported yet has no fault and no digest.
 *
 * @param trailKeys keys of the trail that must vouch for the keys of the export; the keys in the folder are taken as they are when absent
 */
export async function verifyExport(
  root: string,
  trailKeys: ReadonlyMap<number, Uint8Array> | undefined,
): Promise<ExportVerification> {
  const files = (await readdir(root, { recursive: true })).map((path) => path.split(sep).join('/'))
  const digests = files.filter((path) => /^AWSLogs\/\d{12}\/CloudTrail-Digest\/.*\.json\.gz$/.test(path))
  // The first finished hour writes the state file: without it, nothing can have been removed.
  const isNew = digests.length === 0 && !files.some((path) => path === STATE_FILE || path.startsWith('AWSLogs/'))
  if (isNew) return { faults: [], digests: 0, logFiles: 0, records: 0 }
  const check = new ExportCheck(root)
  await check.readKeys(trailKeys)
  if (digests.length === 0)
    check.faults.push('hours were exported to the folder, and there is no digest in it: all were removed')
  for (const [, chain] of Map.groupBy(digests.toSorted(), (path) => path.split('/').slice(1, 4).join('/'))) {
    let previous: Link | undefined
    for (const key of chain) previous = await check.digest(key, previous)
  }
  for (const path of files)
    if (/^AWSLogs\/\d{12}\/CloudTrail\/.*\.json\.gz$/.test(path) && !check.named.has(path))
      check.faults.push(`${path}: no digest names it`)
  return { faults: check.faults, digests: digests.length, logFiles: check.named.size, records: check.records }
}

class ExportCheck {
  readonly faults: string[] = []
  /** Files that digests name. */
  readonly named = new Set<string>()
  records = 0
  readonly #root: string
  readonly #keys = new Map<string, Uint8Array>()

  constructor(root: string) {
    this.#root = root
  }

  async readKeys(trailKeys: ReadonlyMap<number, Uint8Array> | undefined): Promise<void> {
    let list: readonly PublishedKey[]
    try {
      list = JSON.parse(await readFile(join(this.#root, PUBLIC_KEYS_FILE), 'utf8')).PublicKeyList
      if (!Array.isArray(list)) throw new Error('it holds no list of keys')
    } catch (error) {
      this.#fault(PUBLIC_KEYS_FILE, error)
      return
    }
    for (const key of list) {
      const bytes = Buffer.from(String(key.Value), 'base64')
      if (fingerprintOf(bytes) !== key.Fingerprint)
        this.faults.push(`${PUBLIC_KEYS_FILE}: key ${key.Fingerprint} is another`)
      else if (trailKeys && !isVouchedFor(key, trailKeys))
        this.faults.push(`${PUBLIC_KEYS_FILE}: no key of the trail vouches for ${key.Fingerprint}`)
      else this.#keys.set(key.Fingerprint, bytes)
    }
  }

  /** What the next digest has to refer to. */
  async digest(key: string, previous: Link | undefined): Promise<Link | undefined> {
    try {
      const content = await this.#content(key)
      const digest = JSON.parse(content.toString()) as Digest
      const metadata = JSON.parse(await readFile(join(this.#root, metadataKey(key)), 'utf8'))
      const signature = String(metadata['x-amz-meta-signature'])
      const hash = contentHash(content)
      const fault = this.#faultOf(key, digest, hash, signature) ?? faultOfLink(digest, previous)
      if (fault !== undefined) this.faults.push(`${key}: ${fault}`)
      for (const file of digest.logFiles) await this.#logFile(file)
      return { key, hash, signature, end: digest.digestEndTime }
    } catch (error) {
      this.#fault(key, error)
      return undefined
    }
  }

  #faultOf(key: string, digest: Digest, hash: string, signature: string): string | undefined {
    if (digest.digestS3Object !== key) return `it is the digest ${digest.digestS3Object}`
    const publicKey = this.#keys.get(digest.digestPublicKeyFingerprint)
    if (!publicKey) return `its key is not known: ${digest.digestPublicKeyFingerprint}`
    const { digestEndTime: end, digestS3Bucket: bucket, previousDigestSignature: previousSignature } = digest
    const text = signedText({ end, bucket, key, hash, previousSignature })
    return isExportSignature(publicKey, text, Buffer.from(signature, 'hex')) ? undefined : 'its signature does not fit'
  }

  async #logFile({ s3Object: key, hashValue }: LogFile): Promise<void> {
    this.named.add(key)
    try {
      const content = await this.#content(key)
      if (contentHash(content) !== hashValue) this.faults.push(`${key}: it was altered`)
      else this.records += JSON.parse(content.toString()).Records.length
    } catch (error) {
      this.#fault(key, error)
    }
  }

  /** Never a file outside of the folder, whatever a digest names. */
  async #content(key: string): Promise<Buffer> {
    if (!/^AWSLogs\/[\w./-]+$/.test(key) || key.split('/').includes('..'))
      throw new Error('it is no name of a file here')
    return promisify(gunzip)(await readFile(join(this.#root, key)), { maxOutputLength: MAX_CONTENT_BYTES })
  }

  #fault(key: string, error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException
    this.faults.push(`${key}: ${code === 'ENOENT' ? 'it is missing' : `it cannot be read: ${message}`}`)
  }
}

function faultOfLink(digest: Digest, previous: Link | undefined): string | undefined {
  const { previousDigestS3Object: key, previousDigestHashValue: hash, previousDigestSignature: signature } = digest
  if (key === null) return previous ? `it says that none came before it, but ${previous.key} did` : undefined
  if (!previous) return `the digest before it is missing or cannot be read: ${key}`
  if (key !== previous.key || digest.digestStartTime !== previous.end)
    return `a digest is missing between ${previous.key} and it`
  return hash === previous.hash && signature === previous.signature ? undefined : `${key}, before it, was altered`
}
