import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDerived, openOnce } from './aead.ts'
import { unwrapKeyring, type WrappedKey } from './keyring.ts'
import { encodePlace, type Place } from './place.ts'
import { localRootKey } from './root-key.ts'
import { importRootKey } from './root-key-export.ts'
import { parseRootKeyVariable } from './root-keys/environment.ts'
import { isSignatureOf } from './sign.ts'

// What was sealed once must open for ever. The bytes here were made by the first release; a format that replaces one of
// them gets a number of its own and a vector beside the old one, which stays.
const bytes = (hex: string) => Buffer.from(hex, 'hex')
const key = bytes('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
const place: Place = ['record', 1, null, Uint8Array.of(255)]
const root = localRootKey(key)

const wrappedKeys: WrappedKey[] = [
  {
    purpose: 'kms',
    version: 1,
    wrapped: bytes(
      '01023a6f3aa354677e56c2c9a9814c7d78710f9e9756a1d0042008381eea7c86613940faa1eb1f2b46e3f1eb33d06b995a32da6ebce9411285e6e72dbdf76a9d488c2e3f35792fe31330b6c95855864364da',
    ),
  },
  {
    purpose: 'access-key',
    version: 1,
    wrapped: bytes(
      '01024847ddddb506e38bff094462396bf9c46fe31937ef59a1b3ac5e2f276ad4efab2ca5c14a76db46a3871371aa822dbb3683591733529c7a83ad29940d88c399f41d095ee50cbe5dcded3a24f8ca5e1da0',
    ),
  },
  {
    purpose: 'session',
    version: 1,
    wrapped: bytes(
      '0102595fd43e78e3bc6957f567f53793ff40e5a061613c392ab5d347727d73be8458fe30429d785c0364cae01275c37c19b49de5f681f00df97b478da4054384c43b685154d6ccc9f55035a29e8494f9824c',
    ),
  },
  {
    purpose: 'page-token',
    version: 1,
    wrapped: bytes(
      '010276f63cd11336f99d4155dbb3edf58491e9931f79dab447bd206f983c907b15e9605933663c8d740e13a1a5e7d1425977e2ba40f57277e1c400af9cc8e00bbb6e9458914c44625d01556c9035152ae2fd',
    ),
  },
  {
    purpose: 'trail',
    version: 1,
    wrapped: bytes(
      '01021dfe3665714c7e510872baa00575c04b02943abbb21a10776ca04d45c69b1c545ec20a0173ce45dbeb48512329237bea63c8f6f14181b8d9c9a93617e746a55a95d8ea60408d801422b49c1f479b43c7',
    ),
  },
  {
    purpose: 'row-mac',
    version: 1,
    wrapped: bytes(
      '010233189ea4f79a6924be9922e743914ffaa8fb471d23935fba41b3f4ec33244425e24ee307562ff83b340bcebf7d8407b0c357b9df9022d24eba425e497df085625e833309b5d765c58f6012df9e62b5e1',
    ),
  },
]

test('a blob of sealOnce, format 1, opens', () => {
  const sealed = bytes('0191de744b779a03d67e97a6598aa827b0fb48dac48cd52352bf3fe1ff3bca21bdac')
  assert.equal(openOnce(key, sealed, place).toString(), 'value')
})

test('a blob of sealDerived, format 2, opens', () => {
  const sealed = bytes(
    '023ed781c7044885559f18474af6a28bb51ccd557203a82df9f310aa11ab0fffcf4d50cbafdabc2fdd82eae993db877f3c41bda10491',
  )
  assert.equal(openDerived(key, sealed, place).toString(), 'value')
})

test('a blob of a local root key, format 1, opens', async () => {
  const wrapped = bytes(
    '01026d01411067b7270cf181363a9cbdcabd0aea09728964a5655859d56e9e81efdfe57af477ebf5dc6d6d054ffadaba468c0d287b00f2',
  )
  assert.equal((await root.unwrap(wrapped, place)).toString(), 'value')
})

test('the fingerprint of a root key stays', () => {
  assert.equal(root.fingerprint, '53ab9aeac86f42fa')
})

test('a wrapped keyring loads, opens a blob of its sealer, format 1, and verifies a tag of its authenticator, format 1', async () => {
  const keyring = await unwrapKeyring(wrappedKeys, root, 'installation')
  const sealed = bytes(
    '0100000001023b5d040336aea84d13b3754c4a6e4a08a14cebb9aeff2d8b30acb2c56361aec81b5dc2f8cc0759e726674530385267dee678ef1912',
  )
  assert.equal(keyring.sealer('kms').open(sealed, place).toString(), 'value')
  const tag = bytes('010000000177b94b9dbb14937b5d909752d619b0df860e2118cbfe6159b8e1ff7a616158b4')
  assert.ok(keyring.authenticator('row-mac').verify(place, tag))
})

test('the same keyring always has the same signer: its public key stays, and what it signed is proven by it', async () => {
  const keyring = await unwrapKeyring(wrappedKeys, root, 'installation')
  const publicKey = bytes('938bf2b7344ddf9eb220fc88caf991b73f19baed6ddd3d2b5f02aa5c303dcaf5')
  assert.deepEqual([...keyring.publicKeys('trail')], [[1, publicKey]])
  const signature = bytes(
    '4c26790423f76c02a1f92fb9e4e958dfa556bc37f1b814b7904620d3ebb03d19d83c1643283963ad478c40bc4d42fe285b73151b54928181aff908628f3b3e02',
  )
  assert.deepEqual(keyring.signer('trail').sign(encodePlace(place)), signature)
  assert.ok(isSignatureOf(publicKey, encodePlace(place), signature))
})

test('the text of a root key, version 1, parses', () => {
  const text = 'coffer-root-key:v1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
  assert.deepEqual(parseRootKeyVariable(text).bytes, key)
})

test('an exported root key, version 1, imports', async () => {
  const text = `-----BEGIN COFFER ROOT KEY-----
version: 1
fingerprint: 53ab9aeac86f42fa
scrypt: N=131072 r=8 p=1
salt: WClJKXl8wysgWuEH1qChDy--vr_mjhw33gd3eyeOXTI
key: AZ6U1YFUKq8u64hFBgtcGtc3xn6UDN_IwEOp24VivPNEzKMq64gTvYOFDbsrYu_uUIzU8lHEbF3LKgK3Aw
checksum: 07d1f406f882f63e
-----END COFFER ROOT KEY-----
`
  assert.deepEqual(await importRootKey(text, 'correct horse battery staple'), key)
})
