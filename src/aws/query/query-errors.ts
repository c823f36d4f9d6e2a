import type { AwsError } from '../error.ts'
import type { RefusalCode } from '../sigv4/errors.ts'

/** Codes that layers shared by all services use, authentication apart. */
type SharedCode =
  | 'AccessDeniedException'
  | 'InternalServiceError'
  | 'RequestEntityTooLargeException'
  | 'SerializationException'
  | 'ThrottlingException'
  | 'UnknownOperationException'
  | 'ValidationException'

interface Spelling {
  readonly code: string
  readonly status: number
}

/** By the code of the JSON services (security facts 1.6, 1.9, U-05). */
const spellings: Readonly<Record<RefusalCode | SharedCode, Spelling>> = {
  AccessDeniedException: { code: 'AccessDenied', status: 403 },
  ExpiredTokenException: { code: 'ExpiredToken', status: 403 },
  IncompleteSignatureException: { code: 'IncompleteSignature', status: 400 },
  InternalServiceError: { code: 'InternalFailure', status: 500 },
  InvalidSignatureException: { code: 'SignatureDoesNotMatch', status: 403 },
  MissingAuthenticationTokenException: { code: 'MissingAuthenticationToken', status: 403 },
  RequestEntityTooLargeException: { code: 'RequestEntityTooLarge', status: 413 },
  SerializationException: { code: 'MalformedInput', status: 400 },
  ThrottlingException: { code: 'Throttling', status: 400 },
  UnknownOperationException: { code: 'InvalidAction', status: 400 },
  UnrecognizedClientException: { code: 'InvalidClientTokenId', status: 403 },
  ValidationException: { code: 'ValidationError', status: 400 },
}

/** Raised as a service's own errors are, yet by what stands before every service. */
const MAPPED_THOUGH_MODELED: ReadonlySet<string> = new Set(['AccessDeniedException', 'InternalServiceError'])

/**
 * How Query services spell a refusal: as the table says, else without the ending `Exception`. Errors of a service itself keep their code and
 * status, also where one is named as a shared one is: STS's ExpiredTokenException speaks of a web token.
 */
export function queryError({
  code,
  kind,
  status,
  hasMessage,
  message,
}: AwsError): Spelling & { readonly message: string } {
  const text = hasMessage ? message : ''
  if (kind === 'modeled' && !MAPPED_THOUGH_MODELED.has(code)) return { code, status, message: text }
  const mapped = Object.hasOwn(spellings, code) ? spellings[code as keyof typeof spellings] : undefined
  return { ...(mapped ?? { code: code.replace(/Exception$/, ''), status }), message: text }
}
