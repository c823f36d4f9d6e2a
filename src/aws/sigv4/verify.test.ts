import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { presignUrl, type RequestToSign, signRequest } from '../../../test/sign-request.ts'
import { canonicalRequest } from './canonical-request.ts'
import { signatureErrors } from './errors.ts'
import { type PresentedSignature, readSignature, type SignedRequestHead, verifySignature } from './verify.ts'

const DATE = new Date('2015-08-30T12:36:00Z')
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const BODY = '{"SecretId":"prod/db"}'
const BODY_HASH = 'f7e8785d034ab0cf4e95a95a1009431190b7a90407bd6acb5fa5aa34cb09c689'
const SECRETS_MANAGER = {
  method: 'POST',
  url: '/',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    host: 'secretsmanager.us-east-1.amazonaws.com',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  },
  body: BODY,
  accessKeyId: 'AKIDEXAMPLE',
  secret: SECRET,
  region: 'us-east-1',
  service: 'secretsmanager',
  date: DATE,
} satisfies RequestToSign
const STS = {
  ...SECRETS_MANAGER,
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'sts.us-east-1.amazonaws.com',
  },
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
  service: 'sts',
}
const WHO_AM_I = {
  ...STS,
  method: 'GET',
  url: '/?Action=GetCallerIdentity&Version=2011-06-15',
  headers: { host: 'sts.us-east-1.amazonaws.com', 'x-k8s-aws-id': 'cluster' },
  body: '',
}

const OPTIONS = { service: 'secretsmanager', now: DATE.getTime(), windowMinutes: 5, allowQuery: false }
const read = (head: SignedRequestHead, options = {}) => readSignature(head, { ...OPTIONS, ...options })

function headOf(request: RequestToSign): SignedRequestHead {
  return { method: request.method, url: request.url, rawHeaders: signRequest(request) }
}

interface Reference {
  request: RequestToSign
  payloadHash: string
  signature: string
  canonicalHash?: string
}

/** Computed with botocore and the JavaScript signer (facts 1.14). */
const references: Record<string, Reference> = {
  'A, Secrets Manager': {
    request: SECRETS_MANAGER,
    payloadHash: BODY_HASH,
    signature: 'eabee390746276231c94d4b6d3fe482aa5b5e66bf755866681a3cbf97b3b9645',
    canonicalHash: '70d6a00967763d1c56a8348165c139e5017b8c521b96082829292ac544918163',
  },
  'B, with a session token': {
    request: { ...SECRETS_MANAGER, sessionToken: 'EXAMPLETOKEN' },
    payloadHash: BODY_HASH,
    signature: '9b8ed86fa4591c2a4e4806387a051459802e035482c4b81ffa28e18d764882b0',
  },
  'C, with the hash of the body': {
    request: { ...SECRETS_MANAGER, headers: { ...SECRETS_MANAGER.headers, 'x-amz-content-sha256': BODY_HASH } },
    payloadHash: BODY_HASH,
    signature: '6ed462d91542dc96b6d6d7637d649d5df57f60dcd13941f8259f10918d68e55d',
  },
  'D, STS': {
    request: STS,
    payloadHash: 'ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843',
    signature: '52a8540fea00e731072179f763577cbe2a45eac2c5d32fb4d785f3eefac88165',
  },
}

for (const [name, { request, payloadHash, signature, canonicalHash }] of Object.entries(references))
  test(`reference request ${name} has its known values and verifies`, () => {
    const head = headOf(request)
    const presented = read(head, { service: request.service })
    assert.equal(presented.signature, signature)
    assert.equal(hash('sha256', request.body!, 'hex'), payloadHash)
    if (canonicalHash)
      assert.equal(hash('sha256', canonicalRequest(head, presented, payloadHash), 'hex'), canonicalHash)
    verifySignature(presented, head, Buffer.from(request.body!), SECRET)
  })

test('what a request claims is read from its headers', () => {
  const presented = read(headOf({ ...SECRETS_MANAGER, sessionToken: 'token' }))
  assert.partialDeepStrictEqual(presented, {
    form: 'header',
    accessKeyId: 'AKIDEXAMPLE',
    date: '20150830',
    region: 'us-east-1',
    service: 'secretsmanager',
    sessionToken: 'token',
    timestamp: '20150830T123600Z',
  })
  assert.equal(read(headOf(SECRETS_MANAGER)).sessionToken, undefined)
})

const regions = [
  'us-east-1',
  'eu-central-2',
  'us-gov-west-1',
  'us-isob-east-1',
  'cn-northwest-1',
  'ap-southeast-7',
  'local-1',
]
for (const region of regions)
  test(`a request of the region ${region} verifies`, () => {
    const head = headOf({ ...SECRETS_MANAGER, region })
    verifySignature(read(head), head, Buffer.from(BODY), SECRET)
  })

for (const region of ['', 'local', '1', 'us-east', 'us-east-1a', 'US-EAST-1', '-1', 'us--1', 'us-east-1\n'])
  test(`a request of ${JSON.stringify(region)}, which is no region's name, is refused`, () => {
    const head = headOf({ ...SECRETS_MANAGER, region })
    assert.throws(() => read(head), { code: /^(Invalid|Incomplete)SignatureException$/ })
  })

test('a session token that was added after signing is read, and the signature stays valid', () => {
  const head = headOf(SECRETS_MANAGER)
  const extended = { ...head, rawHeaders: [...head.rawHeaders, 'X-Amz-Security-Token', 'token'] }
  const presented = read(extended)
  assert.equal(presented.sessionToken, 'token')
  verifySignature(presented, extended, Buffer.from(BODY), SECRET)
})

test('a Date header may stand in for X-Amz-Date, as botocore leaves it', () => {
  const head = {
    method: 'GET',
    url: '/',
    rawHeaders: [
      ...['Host', 'sts.us-east-1.amazonaws.com', 'Date', 'Sun, 30 Aug 2015 12:36:00 -0000', 'Authorization'],
      // Computed with botocore 1.43.11.
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request, SignedHeaders=date;host, Signature=aaadb2ef22e2fb5fb75d6a698d6bb4830363d446673911aeef114f3e0f40f517',
    ],
  }
  const presented = read(head, { service: 'sts' })
  assert.equal(presented.timestamp, '20150830T123600Z')
  verifySignature(presented, head, new Uint8Array(), SECRET)
})

test('repeated headers and bytes beyond ASCII are signed as they arrived', () => {
  const headers = [...Object.entries(SECRETS_MANAGER.headers), ['X-Note', ' b   c '], ['x-note', 'a']] satisfies [
    string,
    string,
  ][]
  const head = headOf({ ...SECRETS_MANAGER, headers })
  verifySignature(read(head), head, Buffer.from(BODY), SECRET)

  // The signer hashes UTF-8, node:http hands out the same bytes one character each.
  const wide = headOf({ ...SECRETS_MANAGER, headers: { ...SECRETS_MANAGER.headers, 'x-note': 'Łódź à' } })
  const onTheWire = { ...wide, rawHeaders: wide.rawHeaders.map((text) => Buffer.from(text).toString('latin1')) }
  verifySignature(read(onTheWire), onTheWire, Buffer.from(BODY), SECRET)
  assert.throws(() => verifySignature(read(wide), wide, Buffer.from(BODY), SECRET), {
    message: signatureErrors.mismatch().message,
  })
})

test('a presigned URL verifies where it is allowed, with and without a session token and a validity of its own', () => {
  for (const extra of [{}, { expires: 60 }, { expires: 604_800, sessionToken: 'a+b/c==' }]) {
    const url = presignUrl({ ...WHO_AM_I, ...extra })
    const head = { method: 'GET', url, rawHeaders: Object.entries(WHO_AM_I.headers).flat() }
    const presented = read(head, { service: 'sts', allowQuery: true })
    assert.equal(presented.form, 'query')
    assert.equal(presented.sessionToken, 'sessionToken' in extra ? extra.sessionToken : undefined)
    verifySignature(presented, head, new Uint8Array(), SECRET)
    const longer = { ...head, url: url.replace('Version=', 'version=') }
    assert.throws(() => verifySignature(presented, longer, new Uint8Array(), SECRET), /does not match/)
  }
})

test('a header-signed request that has an X-Amz-Signature in its query signs that too', () => {
  const head = headOf({ ...WHO_AM_I, url: '/?X-Amz-Signature=1' })
  const presented = read(head, { service: 'sts' })
  verifySignature(presented, head, new Uint8Array(), SECRET)
  assert.throws(() => verifySignature(presented, { ...head, url: '/' }, new Uint8Array(), SECRET), /does not match/)
})

test('once the secret of a key has changed, the old one is not accepted any more', () => {
  const request = { ...SECRETS_MANAGER, accessKeyId: 'AKIDROTATED' }
  const signedWith = (secret: string) => headOf({ ...request, secret })
  const accepts = (secret: string, head: SignedRequestHead) => {
    try {
      verifySignature(read(head), head, Buffer.from(BODY), secret)
      return true
    } catch {
      return false
    }
  }
  for (const [stored, other] of [
    ['one', 'two'],
    ['two', 'one'],
    ['one', 'two'],
  ] as const) {
    for (let round = 0; round < 2; round++) {
      assert.equal(accepts(stored, signedWith(stored)), true)
      assert.equal(accepts(stored, signedWith(other)), false)
    }
  }
})

test('an unknown key is worked on exactly as a wrong secret is', () => {
  const head = headOf(SECRETS_MANAGER)
  const presented = read(head)
  verifySignature(presented, head, Buffer.from(BODY), SECRET) // from here on the right key is cached

  const attempts = [undefined, 'wrong', SECRET].map((secret) => {
    const touched: string[] = []
    const watch = <T extends object>(object: T) =>
      new Proxy(object, {
        get(target, name) {
          touched.push(String(name))
          return Reflect.get(target, name, target)
        },
      })
    const forged: PresentedSignature = { ...presented, signature: 'f'.repeat(64) }
    assert.throws(() => verifySignature(watch(forged), watch(head), Buffer.from(BODY), secret), {
      code: secret === undefined ? 'UnrecognizedClientException' : 'InvalidSignatureException',
    })
    return touched
  })
  const [unknown, wrong, cached] = attempts
  for (const name of ['method', 'region', 'signature']) assert.ok(unknown?.includes(name))
  assert.deepEqual(unknown, wrong)
  assert.deepEqual(cached?.sort(), unknown?.sort()) // in another order, but no less: a refusal makes up for the cache
})
