/**
 * Why a secret could not be read.
 * - `unreachable`: connection failures, time-outs, 5xx and throttling. The last good value may be served instead.
 * - `refused`: the server said no. What was read before is dropped.
 * - `other`: neither is known, as when there are no credentials.
 */
export type FailureKind = 'unreachable' | 'refused' | 'other'

/** A failure without any value in it, fit to be kept and shown. */
export interface Failure {
  readonly kind: FailureKind
  /** AWS's code where the server answered, the system's for connections, otherwise one of our own. */
  readonly code: string
  readonly text: string
  readonly status?: number | undefined
  readonly requestId?: string | undefined
}

/** The part of the SDK's errors that is looked at. */
interface SdkError {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly $fault?: unknown
  readonly $response?: unknown
  readonly $retryable?: { readonly throttling?: boolean }
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

const UNREACHABLE_CODES: ReadonlySet<string> = new Set([
  // Throttling, as the services spell it.
  'BandwidthLimitExceeded',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  // Time-outs.
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  // The service's own trouble, also as the code of one secret in a batch.
  'InternalFailure',
  'InternalServerError',
  'InternalServiceError',
  'InternalServiceErrorException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  // Connections.
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_HTTP2_STREAM_ERROR',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

/** Causes of causes that are looked at. */
const MAX_DEPTH = 5

/** What an error thrown by the SDK means. The error itself is not kept: it may hold the response, and with it values. */
export function failureOf(thrown: unknown): Failure {
  const error: SdkError = typeof thrown === 'object' && thrown !== null ? thrown : {}
  const { httpStatusCode: status, requestId } = error.$metadata ?? {}
  return { kind: kindOf(error), code: codeOf(error), text: textOf(error), status, requestId }
}

/** What became of one secret of a batch that was answered. */
export function failureOfEntry(code = 'UnknownError', text = ''): Failure {
  return { kind: UNREACHABLE_CODES.has(code) ? 'unreachable' : 'refused', code, text: text || code }
}

function kindOf(error: SdkError): FailureKind {
  if (isUnreachable(error)) return 'unreachable'
  const status = error.$metadata?.httpStatusCode ?? 0
  return error.$fault !== undefined || (status >= 400 && status < 500) ? 'refused' : 'other'
}

function isUnreachable(error: SdkError, depth = 0): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0
  if (status === 429 || status >= 500 || error.$retryable?.throttling === true) return true
  if (UNREACHABLE_CODES.has(String(error.name)) || UNREACHABLE_CODES.has(String(error.code))) return true
  const { cause } = error
  return depth < MAX_DEPTH && typeof cause === 'object' && cause !== null && isUnreachable(cause, depth + 1)
}

function codeOf({ name, code, $fault }: SdkError): string {
  if ($fault === undefined && typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : 'UnknownError'
}

/** The text of errors from before an answer, and of those that the service names. The parser's would quote from the answer. */
function textOf(error: SdkError): string {
  const isSafe = error.$fault !== undefined || !('$response' in error || error.$metadata?.httpStatusCode !== undefined)
  if (isSafe && typeof error.message === 'string' && error.message !== '') return error.message
  return isSafe ? codeOf(error) : 'the answer could not be understood'
}
