import type { JWTPayload } from 'jose'
import { AwsError } from '../aws/error.ts'
import type { Shape } from '../aws/shape.ts'
import { ViolationList } from '../aws/violations.ts'
import type { OidcProvider, Tag } from '../identity/entities.ts'
import { errors } from './errors.ts'
import { checkTraits, type SessionTraits } from './session-traits.ts'
import * as shapes from './shapes.ts'

/** What a verified token says. */
export interface TokenClaims {
  /** As in the token, with its scheme. */
  readonly issuer: string
  /** The first of its audiences that the provider knows: a condition compares one, as at AWS. */
  readonly audience: string
  readonly subject: string
  /** How its holder proved who they are. */
  readonly methods?: readonly string[] | undefined
  readonly traits: SessionTraits
}

/** How far the clocks of an issuer and this server may be apart, in seconds. It does not prolong a token. */
export const CLOCK_TOLERANCE_SECONDS = 60
/** Longest subject (STS's service model, `webIdentitySubjectType`). */
const MAX_SUBJECT = 255
/** Claims by which an issuer gives session tags and a source identity (IAM User Guide, as AWS names them). */
const TAGS_CLAIM = 'https://aws.amazon.com/tags'
const SOURCE_IDENTITY_CLAIM = 'https://aws.amazon.com/source_identity'

/**
 * What a token says whose signature and issuer are verified. Throws InvalidIdentityToken for what is missing, malformed or for others,
 * ExpiredTokenException.
 *
 * @param now milliseconds since the epoch
 */
export function readClaims(
  payload: JWTPayload,
  { clientIds }: Pick<OidcProvider, 'clientIds'>,
  now: number,
): TokenClaims {
  const audience = listOfTexts(payload.aud, 'aud').find((one) => clientIds.includes(one))
  if (audience === undefined) throw errors.audience()
  checkTimes(payload, Math.floor(now / 1000))
  const { amr } = payload
  return {
    issuer: text(payload.iss, 'iss'),
    audience,
    subject: text(payload.sub, 'sub'),
    methods: amr === undefined ? undefined : listOfTexts(amr, 'amr'),
    traits: traitsOf(payload),
  }
}

/** Before and after are judged with some tolerance, the end is not: it is what the issuer has promised. */
function checkTimes({ exp, nbf, iat }: JWTPayload, seconds: number): void {
  if (!isTime(exp)) throw errors.claim('exp')
  if (seconds >= exp) throw errors.tokenExpired(seconds, exp)
  for (const [name, time] of Object.entries({ nbf, iat })) {
    if (time === undefined) continue
    if (!isTime(time)) throw errors.claim(name)
    if (time > seconds + CLOCK_TOLERANCE_SECONDS) throw errors.notYetValid()
  }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** A text that stands in records and answers: printable, and not longer than a subject may be. */
function text(value: unknown, claim: string): string {
  const fits =
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_SUBJECT &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
  if (!fits) throw errors.claim(claim)
  return value
}

function listOfTexts(value: unknown, claim: string): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((item) => text(item, claim))
}

/** Session tags and source identity that the issuer gives. */
function traitsOf(payload: JWTPayload): SessionTraits {
  const given = payload[TAGS_CLAIM]
  const sourceIdentity = optional(shapes.sourceIdentity, payload[SOURCE_IDENTITY_CLAIM], SOURCE_IDENTITY_CLAIM)
  if (given === undefined) return { tags: [], transitiveTagKeys: [], sourceIdentity }
  if (!isObject(given)) throw errors.claim(TAGS_CLAIM)
  const { principal_tags = {}, transitive_tag_keys } = given
  const traits = {
    tags: optional(shapes.tags, tagList(principal_tags), TAGS_CLAIM) ?? [],
    transitiveTagKeys: optional(shapes.tagKeys, transitive_tag_keys, TAGS_CLAIM) ?? [],
    sourceIdentity,
  }
  try {
    checkTraits(traits)
  } catch (error) {
    throw error instanceof AwsError ? errors.claim(TAGS_CLAIM) : error
  }
  return traits
}

/** Each tag has one value, alone or as a list of one. */
function tagList(tags: unknown): readonly { [K in keyof Tag]: unknown }[] {
  if (!isObject(tags)) throw errors.claim(TAGS_CLAIM)
  return Object.entries(tags).map(([Key, value]) => ({
    Key,
    Value: Array.isArray(value) && value.length === 1 ? value[0] : value,
  }))
}

/** A claim that must be what a member of a request would have to be. */
function optional<T>(shape: Shape<T>, value: unknown, claim: string): T | undefined {
  if (value === undefined) return undefined
  const violations = new ViolationList()
  try {
    const bound = shape.bind(value)
    shape.check(bound, '', violations)
    if (!violations.error()) return bound
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
  }
  throw errors.claim(claim)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
