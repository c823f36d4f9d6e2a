import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { startApp } from '../../start-app.ts'
import { makeKey } from './keys.ts'

// Harm prevented: a plaintext or an encryption context of some size or content that is not opened again, or that something else opens too.

const app = await startApp()
after(() => app.close())
const { kms } = app
const [key, other] = [await makeKey(kms), await makeKey(kms)]

/** AWS's limits: 4,096 bytes of plaintext, 8,192 bytes of names and values. */
const short = fc.uint8Array({ minLength: 1, maxLength: 32 })
const plaintexts = fc.oneof(
  short,

  fc.uint8Array({ minLength: 4090, maxLength: 4096 }),
)
const names = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('__proto__', 'constructor', 'aws:x', 'a', 'A', ' '),
)
const contexts = fc.uniqueArray(fc.tuple(names, fc.string({ unit: 'binary' })), {
  selector: ([name]) => name,
  maxLength: 6,
})
const large = fc.integer({ min: 8000, max: 8191 }).map((length): [string, string][] => [['k', 'v'.repeat(length)]])
const pairs = fc.oneof({ weight: 9, arbitrary: contexts }, { weight: 1, arbitrary: large })

/** Own members whatever they are named. */
const toContext = (list: readonly (readonly [string, string])[]): Record<string, string> => Object.fromEntries(list)

test('decryption inverts encryption, also with the pairs of the context in another order', async () => {
  await fc.assert(
    fc.asyncProperty(plaintexts, pairs, async (Plaintext, list) => {
      const EncryptionContext = toContext(list)
      const { CiphertextBlob } = await kms.encrypt({ KeyId: key.id, Plaintext, EncryptionContext })
      assert.ok((CiphertextBlob?.byteLength ?? Number.POSITIVE_INFINITY) <= 6144)
      const reversed = toContext(list.toReversed())
      const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext: reversed, KeyId: key.arn })
      assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Buffer.from(Plaintext))
    }),
    { numRuns: 150 },
  )
})

test('a context with one pair more, less or other opens nothing', async () => {
  await fc.assert(
    fc.asyncProperty(contexts, fc.nat(), fc.constantFrom('more', 'less', 'other'), async (list, place, how) => {
      const { CiphertextBlob } = await kms.encrypt({
        KeyId: key.id,
        Plaintext: Buffer.from('x'),
        EncryptionContext: toContext(list),
      })
      const at = place % Math.max(list.length, 1)
      const changed =
        how === 'more' || list.length === 0
          ? [...list, [`${list.map(([name]) => name).join('')}+`, ''] as [string, string]]
          : list.flatMap(([name, value], index): [string, string][] =>
              index !== at ? [[name, value]] : how === 'less' ? [] : [[name, `${value}.`]],
            )
      const attempt = kms.decrypt({ CiphertextBlob, EncryptionContext: toContext(changed) })
      await assert.rejects(attempt, { name: 'InvalidCiphertextException' })
    }),
    { numRuns: 100 },
  )
})

test('two contexts whose texts run together the same open nothing of each other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 2, maxLength: 8 }), fc.nat(), async (text, place) => {
      const at = 1 + (place % (text.length - 1))
      const { CiphertextBlob } = await kms.encrypt({
        KeyId: key.id,
        Plaintext: Buffer.from('x'),
        EncryptionContext: { [text]: '' },
      })
      const EncryptionContext = { [text.slice(0, at)]: text.slice(at) }
      await assert.rejects(kms.decrypt({ CiphertextBlob, EncryptionContext }), { name: 'InvalidCiphertextException' })
    }),
    { numRuns: 50 },
  )
})

test('a blob with one bit changed, wherever, opens nothing', async () => {
  await fc.assert(
    fc.asyncProperty(short, fc.nat(), fc.integer({ min: 0, max: 7 }), async (Plaintext, place, bit) => {
      const { CiphertextBlob = new Uint8Array() } = await kms.encrypt({ KeyId: key.id, Plaintext })
      const altered = Uint8Array.from(CiphertextBlob)
      const at = place % altered.length
      altered[at] = (altered[at] ?? 0) ^ (1 << bit)
      // Where it still names a key, that is one which is not there.
      const inId = at >= 2 && at < 2 + key.id.length
      const name = inId ? /^(?:InvalidCiphertext|AccessDenied)Exception$/ : /^InvalidCiphertextException$/
      await assert.rejects(kms.decrypt({ CiphertextBlob: altered }), { name })
    }),
    { numRuns: 150 },
  )
})

test('another key opens nothing, nor does a blob that says it is of another key', async () => {
  await fc.assert(
    fc.asyncProperty(short, async (Plaintext) => {
      const { CiphertextBlob = new Uint8Array() } = await kms.encrypt({ KeyId: key.id, Plaintext })
      const { CiphertextBlob: theirs = new Uint8Array() } = await kms.encrypt({ KeyId: other.id, Plaintext })
      await assert.rejects(kms.decrypt({ CiphertextBlob, KeyId: other.id }), { name: 'IncorrectKeyException' })
      // Both headers have one length: format, length of the id, id, version.
      const header = 2 + other.id.length + 4
      const moved = Buffer.concat([theirs.subarray(0, header), CiphertextBlob.subarray(header)])
      await assert.rejects(kms.decrypt({ CiphertextBlob: moved }), { name: 'InvalidCiphertextException' })
    }),
    { numRuns: 20 },
  )
})

test('bytes that are no blob are refused, never a failure of the server', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (CiphertextBlob) => {
      await assert.rejects(kms.decrypt({ CiphertextBlob }), { name: 'InvalidCiphertextException' })
    }),
    { numRuns: 100 },
  )
})
