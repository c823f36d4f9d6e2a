import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

// The rules by which `aws cloudtrail validate-logs` judges (security facts 6.7), written from those and not from our own code. S3 is a folder here,
// and ListPublicKeys a file.

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Throws for the first thing that the AWS CLI would report; otherwise what it counts. */
export function validateLogs(root: string, account: string, region: string) {
  const read = (key: string) => gunzipSync(readFileSync(join(root, key)))
  const metadata = (key: string) => JSON.parse(readFileSync(join(root, `${key}.metadata.json`), 'utf8'))
  const keys: { Value: string; Fingerprint: string }[] = JSON.parse(
    readFileSync(join(root, 'public-keys.json'), 'utf8'),
  ).PublicKeyList
  const prefix = join('AWSLogs', account, 'CloudTrail-Digest', region)
  const newest = readdirSync(join(root, prefix), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json.gz'))
    .toSorted()
    .at(-1)
  const records: { eventName: string; eventID: string; eventTime: string }[] = []
  let [digests, hours] = [0, [] as number[]]
  let key: string | null = join(prefix, newest ?? '')
  let expected: { hash: string | null; signature: string | null; start: string } | undefined
  // From the newest back to the first, as the CLI goes.
  while (key !== null) {
    const content = read(key)
    const digest = JSON.parse(content.toString())
    const signature: string = metadata(key)['x-amz-meta-signature']
    assert.equal(metadata(key)['x-amz-meta-signature-algorithm'], 'SHA256withRSA')
    assert.equal(digest.digestS3Object, key)
    assert.equal(digest.awsAccountId, account)
    if (expected) {
      assert.equal(sha256(content), expected.hash, `${key}: hash in the next digest`)
      assert.equal(signature, expected.signature, `${key}: signature in the next digest`)
      assert.equal(digest.digestEndTime, expected.start, 'no gap in time')
    }
    const published = keys.find(({ Fingerprint }) => Fingerprint === digest.digestPublicKeyFingerprint)
    assert.ok(published, `${key}: public key`)
    const publicKey = createPublicKey({ key: Buffer.from(published.Value, 'base64'), format: 'der', type: 'pkcs1' })
    const text = [
      digest.digestEndTime,
      `${digest.digestS3Bucket}/${digest.digestS3Object}`,
      sha256(content),
      digest.previousDigestSignature ?? 'null',
    ].join('\n')
    assert.ok(verify('RSA-SHA256', Buffer.from(text), publicKey, Buffer.from(signature, 'hex')), `${key}: signature`)
    for (const { s3Object, hashValue, hashAlgorithm } of digest.logFiles) {
      assert.equal(hashAlgorithm, 'SHA-256')
      const log = read(s3Object)
      assert.equal(sha256(log), hashValue, s3Object)
      records.unshift(...JSON.parse(log.toString()).Records)
    }
    digests++
    hours = [Date.parse(digest.digestStartTime), ...hours]
    assert.equal(Date.parse(digest.digestEndTime) - Date.parse(digest.digestStartTime), 3_600_000)
    expected = {
      hash: digest.previousDigestHashValue,
      signature: digest.previousDigestSignature,
      start: digest.digestStartTime,
    }
    key = digest.previousDigestS3Object
  }
  return { digests, hours, records }
}
