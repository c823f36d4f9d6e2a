import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presignUrl, type RequestToSign, signRequest } from '../../../test/sign-request.ts'
import { AwsError } from '../error.ts'
import { signatureErrors } from './errors.ts'
import { MAX_SIGNED_HEADERS } from './signed-headers.ts'
import { MAX_URL_LENGTH, readSignature, type SignedRequestHead, type VerifyOptions, verifySignature } from './verify.ts'

const DATE = new Date('2015-08-30T12:36:00Z')
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const OPTIONS = { service: 'secretsmanager', now: DATE.getTime(), windowMinutes: 5, allowQuery: false }
const BODY = '{"SecretId":"prod/db"}'
const REQUEST = {
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
const SIGNATURE = 'eabee390746276231c94d4b6d3fe482aa5b5e66bf755866681a3cbf97b3b9645'
const CREDENTIAL = 'AKIDEXAMPLE/20150830/us-east-1/secretsmanager/aws4_request'
const SIGNED = 'content-type;host;x-amz-date;x-amz-target'

/** The head of the request above with another Authorization header, and perhaps other headers. */
function headWith(
  authorization: string | undefined,
  headers: Record<string, string | undefined> = {},
): SignedRequestHead {
  const all = { ...REQUEST.headers, 'x-amz-date': '20150830T123600Z', authorization, ...headers }
  const rawHeaders = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  return { method: 'POST', url: '/', rawHeaders }
}

const authorization = ({
  algorithm = 'AWS4-HMAC-SHA256',
  credential = CREDENTIAL,
  signed = SIGNED,
  signature = SIGNATURE,
}) => `${algorithm} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`

interface Refusal {
  head: SignedRequestHead
  code: string
  message: string
  options?: Partial<VerifyOptions>
}

const MISSING = { code: 'MissingAuthenticationTokenException', message: 'Request is missing Authentication Token' }
const incomplete = (message: string) => ({ code: 'IncompleteSignatureException', message })
const invalid = (message: string) => ({ code: 'InvalidSignatureException', message })

const noParts = 'AWS4-HMAC-SHA256'
const twoSignatures = `${authorization({})}, Signature=${SIGNATURE}`
const presigned = { ...REQUEST, method: 'GET', body: '', headers: { host: 'sts.amazonaws.com' }, expires: 60 }
const query = (url: string): SignedRequestHead => ({ method: 'GET', url, rawHeaders: ['host', 'sts.amazonaws.com'] })
const goodUrl = presignUrl(presigned)
const manyHeaders = Object.fromEntries(Array.from({ length: MAX_SIGNED_HEADERS }, (_, n) => [`a-${n}`, '1']))

const refusals: Record<string, Refusal> = {
  'row 3: header and query': {
    head: { ...headWith(authorization({})), url: goodUrl },
    ...invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
  },
  'row 3: an Authorization of another kind and query, where queries are proofs': {
    head: { ...headWith('Basic Zm9vOmJhcg=='), url: '/?X%2DAmz-Algorithm=x' },
    options: { allowQuery: true },
    ...invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
  },
  'row 4: nothing': { head: headWith(undefined), ...MISSING },
  'row 4: an empty header': { head: headWith(''), ...MISSING },
  'row 4: another scheme': { head: headWith('Bearer AWS4-HMAC-SHA256'), ...MISSING },
  'row 4: the scheme in lower case': { head: headWith(authorization({}).toLowerCase()), ...MISSING },
  'row 4: a presigned URL where none is allowed': { head: query(goodUrl), ...MISSING },
  'row 5: a part without an equal-sign': {
    head: headWith('AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders'),
    ...incomplete(
      "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Signature=b, Credential, SignedHeaders'.",
    ),
  },
  'row 6: all parts and the date missing': {
    head: headWith(noParts, { 'x-amz-date': undefined }),
    ...incomplete(
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
    ),
  },
  'row 6: an empty signature': {
    head: headWith(authorization({ signature: '' })),
    ...incomplete(
      `Authorization header requires 'Signature' parameter. Authorization=${authorization({ signature: '' })}`,
    ),
  },
  'row 6: only the date missing': {
    head: headWith(authorization({}), { 'x-amz-date': undefined }),
    ...incomplete(
      `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=${authorization({})}`,
    ),
  },
  'row 6 of a query: everything but the algorithm missing': {
    head: query('/?X-Amz-Algorithm=AWS4-HMAC-SHA256'),
    options: { allowQuery: true },
    ...incomplete(
      "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    ),
  },
  'row 7: a date in another format': {
    head: headWith(authorization({}), { 'x-amz-date': '2015-08-30T12:36:00Z' }),
    ...incomplete(
      "Date must be in ISO-8601 'basic format'. Got '2015-08-30T12:36:00Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
  },
  'row 7: X-Amz-Date wins over a good Date': {
    head: headWith(authorization({}), { 'x-amz-date': 'x', date: '20150830T123600Z' }),
    ...incomplete("Date must be in ISO-8601 'basic format'. Got 'x'. See http://en.wikipedia.org/wiki/ISO_8601"),
  },
  'row 8a: too old': {
    head: headWith(authorization({}), { 'x-amz-date': '20150830T123059Z' }),
    ...invalid('Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)'),
  },
  'row 8a: a presigned URL after its time': {
    head: query(goodUrl),
    options: { allowQuery: true, now: DATE.getTime() + 61_000 },
    ...invalid('Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123701Z - 60 sec.)'),
  },
  'row 8b: too new': {
    head: headWith(authorization({}), { 'x-amz-date': '20150830T125101Z' }),
    options: { windowMinutes: 15 },
    ...invalid(
      'Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z (20150830T123600Z + 15 min.)',
    ),
  },
  'row 9: host not signed': {
    head: headWith(authorization({ signed: 'content-type;x-amz-date;x-amz-target', algorithm: 'AWS4-X' })),
    ...invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
  },
  'row 10: SigV4A': {
    head: headWith(authorization({ algorithm: 'AWS4-ECDSA-P256-SHA256', credential: 'a/b' })),
    ...incomplete("Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "),
  },
  'row 11: four elements': {
    head: headWith(authorization({ credential: 'a/b/c/d' })),
    ...incomplete(
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
    ),
  },
  'row 11: six elements': {
    head: headWith(authorization({ credential: `x/${CREDENTIAL}` })),
    ...incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'x/${CREDENTIAL}'`,
    ),
  },
  'row 12: every fault of the scope': {
    head: headWith(authorization({ credential: 'AKIDEXAMPLE/c/d/kms/e' })),
    ...invalid(
      "Credential should be scoped to a valid region, not 'd'. Credential should be scoped to correct service: 'secretsmanager'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'c' != '20150830', from '20150830T123600Z'.",
    ),
  },
  'row 12a: no region': {
    head: headWith(authorization({ credential: 'AKIDEXAMPLE/20150830//secretsmanager/aws4_request' })),
    ...invalid("Credential should be scoped to a valid region, not ''. "),
  },
  'row 12b: another service': {
    head: headWith(authorization({ credential: 'AKIDEXAMPLE/20150830/us-east-1/kms/aws4_request' })),
    ...invalid("Credential should be scoped to correct service: 'secretsmanager'. "),
  },
  'a Signature given twice': {
    head: headWith(twoSignatures),
    ...incomplete("Authorization header has the 'Signature' parameter more than once."),
  },
  'a part of another name': {
    head: headWith(authorization({ signature: `${SIGNATURE}, XSignature=${SIGNATURE}` })),
    ...incomplete("Authorization header has the unknown parameter 'XSignature'."),
  },
  'a query parameter of the proof given twice': {
    head: query(`${goodUrl}&X-Amz-Expires=60`),
    options: { allowQuery: true },
    ...incomplete("AWS query-string parameters must include 'X-Amz-Expires' only once."),
  },
  'a presigned URL that asks for more than a week': {
    head: query(presignUrl({ ...presigned, expires: 604_801 })),
    options: { allowQuery: true },
    ...incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800, got '604801'."),
  },
  'a target that is too long': {
    head: { ...headWith(authorization({})), url: `/?${'a'.repeat(MAX_URL_LENGTH)}` },
    ...incomplete('The request target must be at most 16384 characters long.'),
  },
  'X-Amz-Target not signed': {
    head: headWith(authorization({ signed: 'content-type;host;x-amz-date' })),
    ...invalid("'x-amz-target' must be a 'SignedHeader' in the AWS Authorization, because the request has it."),
  },
  'X-Amz-Date not signed': {
    head: headWith(authorization({ signed: 'content-type;host;x-amz-target' })),
    ...invalid("'x-amz-date' must be a 'SignedHeader' in the AWS Authorization, because the request has it."),
  },
  'Date not signed where it stands in for X-Amz-Date': {
    head: headWith(authorization({ signed: 'host;x-amz-target' }), {
      'x-amz-date': undefined,
      date: 'Sun, 30 Aug 2015 12:36:00 GMT',
    }),
    ...invalid("'date' must be a 'SignedHeader' in the AWS Authorization, because the request has it."),
  },
  'X-Amz-Content-Sha256 not signed': {
    head: headWith(authorization({}), {
      'X-Amz-Content-Sha256': 'f7e8785d034ab0cf4e95a95a1009431190b7a90407bd6acb5fa5aa34cb09c689',
    }),
    ...invalid("'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization, because the request has it."),
  },
  'another X-Amz header not signed': {
    head: headWith(authorization({}), { 'X-Amz-Cf-Id': '1' }),
    ...invalid("'x-amz-cf-id' must be a 'SignedHeader' in the AWS Authorization, because the request has it."),
  },
  'signed headers in another order': {
    head: headWith(authorization({ signed: 'host;content-type;x-amz-date;x-amz-target' })),
    ...invalid("'SignedHeaders' must be lower-case header names in ascending order, each once, separated by ';'."),
  },
  'a signed header named twice': {
    head: headWith(authorization({ signed: 'content-type;host;host;x-amz-date;x-amz-target' })),
    ...invalid("'SignedHeaders' must be lower-case header names in ascending order, each once, separated by ';'."),
  },
  'a signed header in upper case': {
    head: headWith(authorization({ signed: 'Content-Type;host;x-amz-date;x-amz-target' })),
    ...invalid("'SignedHeaders' must be lower-case header names in ascending order, each once, separated by ';'."),
  },
  'a signed header that is not in the request': {
    head: headWith(authorization({ signed: 'content-type;host;x-amz-date;x-amz-target;x-other' })),
    ...invalid("The signed header 'x-other' is not in the request."),
  },
  'host signed but not in the request': {
    head: headWith(authorization({}), { host: undefined }),
    ...invalid("The signed header 'host' is not in the request."),
  },
  'too many signed headers': {
    head: {
      method: 'POST',
      url: '/',
      rawHeaders: signRequest({ ...REQUEST, headers: { ...REQUEST.headers, ...manyHeaders } }),
    },
    ...invalid('A request can have at most 64 signed headers.'),
  },
  ...Object.fromEntries(
    ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'].map((value) => [
      `a body that is not hashed as a whole: ${value}`,
      {
        head: {
          method: 'POST',
          url: '/',
          rawHeaders: signRequest({ ...REQUEST, headers: { ...REQUEST.headers, 'x-amz-content-sha256': value } }),
        },
        ...invalid(
          `The x-amz-content-sha256 value '${value}' is not supported: it must be the SHA-256 of the whole body.`,
        ),
      },
    ]),
  ),
}

for (const [name, { head, code, message, options }] of Object.entries(refusals))
  test(`refused from the headers alone: ${name}`, () => {
    assert.throws(() => readSignature(head, { ...OPTIONS, ...options }), {
      name: 'AwsError',
      code,
      message,
      kind: 'framework',
      status: 400,
    })
  })

const MISMATCH = invalid(
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
)
const UNKNOWN = {
  code: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
}
const fit = (head: SignedRequestHead, body: string, secret: string | undefined) => () =>
  verifySignature(readSignature(head, OPTIONS), head, Buffer.from(body), secret)

test('row 13: a key that is not known is refused, however good the signature', () => {
  for (const signature of [SIGNATURE, 'x', 'f'.repeat(64)])
    assert.throws(fit(headWith(authorization({ signature })), BODY, undefined), UNKNOWN)
})

test('row 14: a signature that does not fit is refused, whatever is wrong with it', () => {
  const wrong = [
    'x',
    'f'.repeat(64),
    SIGNATURE.toUpperCase(),
    `${SIGNATURE}0`,
    SIGNATURE.slice(1),
    `${SIGNATURE.slice(0, -1)}é`,
  ]
  for (const signature of wrong)
    assert.throws(fit(headWith(authorization({ signature })), BODY, SECRET), MISMATCH, signature)
})

test('row 14: another secret or another body is refused', () => {
  assert.doesNotThrow(fit(headWith(authorization({})), BODY, SECRET))
  assert.throws(fit(headWith(authorization({})), BODY, `${SECRET} `), MISMATCH)
  assert.throws(fit(headWith(authorization({})), BODY, ''), MISMATCH)
  assert.throws(fit(headWith(authorization({})), `${BODY} `, SECRET), MISMATCH)
})

test('row 14: a signed x-amz-content-sha256 that is not the hash of the body is refused', () => {
  const headers = {
    ...REQUEST.headers,
    'x-amz-content-sha256': 'f7e8785d034ab0cf4e95a95a1009431190b7a90407bd6acb5fa5aa34cb09c689',
  }
  const head = { method: 'POST', url: '/', rawHeaders: signRequest({ ...REQUEST, headers }) }
  assert.doesNotThrow(fit(head, BODY, SECRET))
  assert.throws(fit(head, `${BODY} `, SECRET), MISMATCH)
})

test('rows 15 and 16: the errors of session tokens have their own texts', () => {
  assert.partialDeepStrictEqual(pick(signatureErrors.foreignSessionToken()), {
    code: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid',
  })
  assert.partialDeepStrictEqual(pick(signatureErrors.expiredSessionToken()), {
    code: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  })
})

function pick(error: AwsError): { code: string; message: string; kind: string; status: number } {
  assert.ok(error instanceof AwsError)
  return { code: error.code, message: error.message, kind: error.kind, status: error.status }
}
