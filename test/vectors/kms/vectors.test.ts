import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type CiphertextHeader, decrypt, type EncryptionContext, readCiphertext } from '../../../src/kms/ciphertext.ts'
import { newKey } from '../../../src/kms/key.ts'
import { OpenError } from '../../../src/seal/aead.ts'

// Harm prevented: a release that does not open what clients had encrypted under an earlier one.

interface Vector {
  readonly what: string
  readonly account: string
  readonly region: string
  readonly keyId: string
  /** Regions of a multi-Region key. */
  readonly opensIn?: readonly string[]
  readonly version: number
  readonly material: string
  readonly context: EncryptionContext
  readonly plaintext: string
  readonly blob: string
}

const MEMBERS = ['account', 'blob', 'context', 'keyId', 'material', 'plaintext', 'region', 'version', 'what']
const hex = (text: string) => Buffer.from(text, 'hex')

for (const file of ['format-1.json'])
  describe(file, () => {
    const { vectors }: { vectors: Vector[] } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

    for (const { opensIn, ...vector } of vectors)
      test(`opens: ${vector.what}`, () => {
        assert.deepEqual(Object.keys(vector).sort(), MEMBERS)
        const header = readCiphertext(Buffer.from(vector.blob, 'base64'))
        assert.deepEqual([header.keyId, header.version], [vector.keyId, vector.version])
        for (const region of opensIn ?? [vector.region])
          assert.equal(open(vector, header, region).toString('hex'), vector.plaintext)
        const elsewhere = () => open(vector, header, 'ap-south-1')
        if (opensIn) assert.equal(elsewhere().toString('hex'), vector.plaintext)
        else assert.throws(elsewhere, OpenError)
        assert.throws(
          () => open({ ...vector, context: { ...vector.context, more: '' } }, header, vector.region),
          OpenError,
        )
      })
  })

function open({ account, keyId, material, context }: Vector, header: CiphertextHeader, region: string): Buffer {
  const key = { ...newKey({ account, region, manager: 'CUSTOMER', now: 0 }), keyId }
  return decrypt(key, header, hex(material), context)
}
