/** Length of a SecretId in the API. */
const MAX_ID_LENGTH = 2048

/** One secret as a caller asks for it. */
export interface SecretRequest {
  /** Name, ARN or partial ARN. */
  readonly id: string
  readonly versionId?: string | undefined
  readonly versionStage?: string | undefined
}

const CURRENT = 'AWSCURRENT'
const ARN = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(?<rest>.+)$/
const SUFFIX = /-[A-Za-z0-9]{6}$/

/** Whether a batch can answer it: a batch knows only the current version. */
export function asksForCurrent({ versionId, versionStage }: SecretRequest): boolean {
  return versionId === undefined && (versionStage === undefined || versionStage === CURRENT)
}

/** The request's key among values and failures. No id, version or stage has a line break that the server would take. */
export function keyOf(request: SecretRequest): string {
  const { id, versionId = '', versionStage = '' } = request
  return asksForCurrent(request) ? id : `${id}\n${versionId}\n${versionStage}`
}

/**
 * The name in an id. Ids with different names name different secrets, so that within one call the name says which id an answer is for,
 * and the server is never asked twice for one secret in one call, which AWS's documents do not provide for.
 */
export function nameIn(id: string): string {
  return ARN.exec(id)?.groups?.rest?.replace(SUFFIX, '') ?? id
}

/** Whether an answer's ARN and name can be meant by an id: a complete ARN means itself only. */
export function isMeantBy(id: string, { arn, name }: { readonly arn: string; readonly name: string }): boolean {
  return isCompleteArn(id) ? id === arn : nameIn(id) === name
}

/** What looks like a complete ARN is never taken for a partial one. */
export function isCompleteArn(id: string): boolean {
  return SUFFIX.test(ARN.exec(id)?.groups?.rest ?? '')
}

/** What is wrong with an id, before anybody is asked: one bad id would fail the whole call it travels in. */
export function idFault(id: string): string | undefined {
  if (typeof id !== 'string') return 'an id is a text'
  if (id.length >= 1 && id.length <= MAX_ID_LENGTH) return undefined
  return `an id has 1 to ${MAX_ID_LENGTH} characters`
}
