const CLOSED = 'the connection was closed without an answer. Is it http:// or https://?'
const UNTRUSTED =
  'its certificate comes from nobody that is trusted here. NODE_EXTRA_CA_CERTS can name a file with its CA'
const NO_WAY = 'no way leads there'
const TOO_LATE = 'it does not answer in time'

const reasons = new Map([
  ['ECONNREFUSED', 'is it running?'],
  ['bad port', 'that port is one which web clients keep away from'],
  ['ENOTFOUND', 'there is no host of that name'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up now'],
  ['EHOSTUNREACH', NO_WAY],
  ['ENETUNREACH', NO_WAY],
  ['ETIMEDOUT', TOO_LATE],
  ['UND_ERR_CONNECT_TIMEOUT', TOO_LATE],
  ['TimeoutError', TOO_LATE],
  ['ECONNRESET', CLOSED],
  ['UND_ERR_SOCKET', CLOSED],
  ['HTTPParserError', 'what it answers is no HTTP'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it speaks no TLS. Is it http://?'],
  ['EPROTO', 'it speaks no TLS. Is it http://?'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
])

/** Why `fetch` got no answer, in words. */
export function whyUnreachable(error: unknown): string {
  const { name, message, cause } = error as Error
  // What fetch itself says is only that it failed.
  const { code, name: kind, message: detail } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
  const known = [code, kind, detail, name].map((each) => reasons.get(each ?? '')).find((reason) => reason !== undefined)
  return known ?? (detail || message).split('\n')[0] ?? ''
}
