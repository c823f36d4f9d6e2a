import { randomBytes, randomUUID } from 'node:crypto'
import { serviceEntry } from '../src/app/service-entry.ts'
import { encrypt } from '../src/kms/ciphertext.ts'
import type { KmsClient } from '../src/kms/client.ts'
import { SECRETS_MANAGER_ALIAS } from '../src/kms/key.ts'
import { readMaterial } from '../src/kms/material.ts'
import { ensureServiceKey } from '../src/kms/service-key.ts'
import { openOnce, sealOnce } from '../src/seal/aead.ts'
import { makeSecretArn, randomSuffix } from '../src/secrets/secret-id.ts'
import { sealVersion } from '../src/secrets/secret-value.ts'
import type { RunningCoffer } from '../src/start-coffer.ts'

export const REGION = 'eu-central-1'

/** Secrets that are written in one transaction. */
const GROUP = 500
/** Length of a value, bytes. */
const VALUE_BYTES = 200

const words = ['primary', 'replica', 'payment', 'report', 'cache', 'queue', 'search', 'mail', 'billing', 'login']

/** Name of the n-th secret: a thousand teams, so that a prefix picks out few of many. */
export function nameOf(index: number): string {
  return `team-${index % 1000}/service-${index}/db`
}

/** Fills an empty store with secrets as they are: sealed values, descriptions, tags. Faster than any client could. */
export async function fill({ installation, account }: RunningCoffer, from: number, to: number): Promise<void> {
  const { secrets, trail, keys, keyring } = installation
  const scope = { account, region: REGION }
  const report = (error: Error) => console.error(error.message)
  const material = keyring.sealer('kms')
  const record = (arn: string) =>
    serviceEntry({ service: 'secretsmanager', operation: 'Fill', by: 'coffer', ...scope, at: Date.now(), arn })
  const context = { scope, keys, found: new Map(), material, report, now: Date.now() }
  await ensureServiceKey(SECRETS_MANAGER_ALIAS, context, (changes, { arn }) => trail.append(record(arn), changes))
  const key = await keys.find({ ...scope, alias: SECRETS_MANAGER_ALIAS })
  const opened = key && readMaterial(key, key.currentVersion, context)
  if (!key || !opened) throw new Error('the service key was not made')
  const nothing = () => Promise.reject(new Error('nothing is read here'))
  const kms: KmsClient = {
    in: () => kms,
    async generateDataKey({ EncryptionContext }) {
      const Plaintext = randomBytes(32)
      const CiphertextBlob = encrypt(key, key.currentVersion, opened, Plaintext, EncryptionContext)
      return { Plaintext, CiphertextBlob, KeyId: key.arn }
    },
    encrypt: nothing,
    decrypt: nothing,
    arnOf: async () => key.arn,
  }
  const needs = { kms, cipher: { seal: sealOnce, open: openOnce }, scope, now: Date.now() }
  const one = async (index: number) => {
    const name = nameOf(index)
    const arn = makeSecretArn({ ...scope, name, suffix: randomSuffix() })
    const versionId = randomUUID()
    const secret = {
      ...scope,
      name,
      arn,
      description: `The ${words[index % 10]} database number ${index} of team ${index % 1000}`,
      tags: Array.from({ length: index % 4 }, (_, tag) => ({ Key: `tag-${tag}`, Value: `value-${index % 5000}` })),
      stages: new Map([[versionId, ['AWSCURRENT']]]),
      createdAt: needs.now,
      changedAt: needs.now,
    }
    const value = JSON.stringify({ user: name, password: 'x'.repeat(VALUE_BYTES - name.length - 30) })
    return secrets.create(secret, await sealVersion(secret, versionId, { SecretString: value }, needs))
  }
  for (let start = from; start < to; start += GROUP) {
    const changes = []
    for (let index = start; index < Math.min(start + GROUP, to); index++) changes.push(await one(index))
    await trail.append(record('*'), changes)
  }
}
