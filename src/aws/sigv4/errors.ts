import { frameworkError } from '../error.ts'

/**
 * Codes of a refused request as the JSON services spell them, all with HTTP 400. The Query services (STS, IAM) have
 * other names and statuses for the same refusals, one for each of these (facts 1.9): a `Record<RefusalCode, …>` where
 * their answers are written is enough.
 */
export type RefusalCode =
  | 'ExpiredTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'UnrecognizedClientException'

const refusal = (code: RefusalCode, message: string) => frameworkError(code, message)
const incomplete = (message: string) => refusal('IncompleteSignatureException', message)
const invalid = (message: string) => refusal('InvalidSignatureException', message)

/** Every text of request authentication, once. The numbers are the rows of the table in facts 1.6 (security model). */
export const signatureErrors = {
  /** Row 3. */
  bothForms: () => invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
  /** Row 4. */
  missingToken: () => refusal('MissingAuthenticationTokenException', 'Request is missing Authentication Token'),
  /** Row 5. */
  notKeyValue: (part: string, header: string) =>
    incomplete(`'${part}' not a valid key=value pair (missing equal-sign) in Authorization header: '${header}'.`),
  /** Row 6. */
  missingParts: (names: readonly string[], dateMissing: boolean, header: string) =>
    incomplete(
      names.map((name) => `Authorization header requires '${name}' parameter. `).join('') +
        (dateMissing ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " : '') +
        `Authorization=${header}`,
    ),
  /** Row 6, query form. */
  missingParameters: (names: readonly string[]) =>
    incomplete(
      names.map((name) => `AWS query-string parameters must include '${name}'. `).join('') +
        'Re-examine the query-string parameters.',
    ),
  /** Row 7. */
  dateSyntax: (value: string) =>
    incomplete(`Date must be in ISO-8601 'basic format'. Got '${value}'. See http://en.wikipedia.org/wiki/ISO_8601`),
  /** Row 8a. `span` is a number with its unit, as in `5 min`. */
  expired: (timestamp: string, limit: string, now: string, span: string) =>
    invalid(`Signature expired: ${timestamp} is now earlier than ${limit} (${now} - ${span}.)`),
  /** Row 8b. */
  notYetCurrent: (timestamp: string, limit: string, now: string, span: string) =>
    invalid(`Signature not yet current: ${timestamp} is still later than ${limit} (${now} + ${span}.)`),
  /** Row 9. */
  hostNotSigned: () => invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
  /** Row 10. */
  algorithm: (algorithm: string) =>
    incomplete(`Unsupported AWS 'algorithm': '${algorithm}' (only AWS4-HMAC-SHA256 for now). `),
  /** Row 11. */
  credentialShape: (credential: string) =>
    incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    ),
  /** Rows 12a to 12d, one after the other. */
  scope: (faults: readonly string[]) => invalid(faults.join('')),
  /** Row 13. */
  unrecognizedClient: () =>
    refusal('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  /** Row 14, the short form: the long one would echo the session token (U-02). */
  mismatch: () =>
    invalid(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  /** Row 15: the session token does not belong to the key. Without a final period, as seen. */
  foreignSessionToken: () =>
    refusal('UnrecognizedClientException', 'The security token included in the request is invalid'),
  /** Row 16. */
  expiredSessionToken: () => refusal('ExpiredTokenException', 'The security token included in the request is expired'),

  // Our own texts from here on: what AWS says is not known. They come after the rows above, so that those keep AWS's
  // order; only bounds and repetitions come first, because nothing can be read safely before them.
  tooLong: (what: string, limit: number) => incomplete(`The ${what} must be at most ${limit} characters long.`),
  tooManyHeaders: (limit: number) => incomplete(`A request can have at most ${limit} header fields.`),
  repeatedHeader: (name: string) => incomplete(`The header '${name}' must not be sent more than once.`),
  repeatedPart: (name: string) => incomplete(`Authorization header has the '${name}' parameter more than once.`),
  unknownPart: (name: string) => incomplete(`Authorization header has the unknown parameter '${name}'.`),
  repeatedParameter: (name: string) => incomplete(`AWS query-string parameters must include '${name}' only once.`),
  expires: (limit: number, value: string) =>
    incomplete(`X-Amz-Expires must be a number of seconds from 1 to ${limit}, got '${value}'.`),
  headerNotSigned: (name: string) =>
    invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization, because the request has it.`),
  signedHeaderOrder: () =>
    invalid("'SignedHeaders' must be lower-case header names in ascending order, each once, separated by ';'."),
  tooManySignedHeaders: (limit: number) => invalid(`A request can have at most ${limit} signed headers.`),
  signedHeaderAbsent: (name: string) => invalid(`The signed header '${name}' is not in the request.`),
  unsignedPayload: (value: string) =>
    invalid(`The x-amz-content-sha256 value '${value}' is not supported: it must be the SHA-256 of the whole body.`),
}

/** The four faults that row 12 strings together. */
export const scopeFaults = {
  region: (region: string) => `Credential should be scoped to a valid region, not '${region}'. `,
  service: (service: string) => `Credential should be scoped to correct service: '${service}'. `,
  terminator: (terminator: string) =>
    `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `,
  date: (scopeDate: string, date: string, timestamp: string) =>
    `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scopeDate}' != '${date}', from '${timestamp}'.`,
}
