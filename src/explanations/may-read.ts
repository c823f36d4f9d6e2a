import type { DecidingStatement, Layer } from '../iam/evaluate.ts'
import type { StatementExplanation } from '../iam/explain.ts'
import type { Principal } from '../identity/principal.ts'
import { ask } from './ask.ts'
import type { ExplanationContext, Subject } from './context.ts'

/** How somebody may read: always, or only where conditions hold that nobody can know before there is a request. */
export interface Reading {
  readonly access: 'allowed' | 'conditional'
  readonly through: readonly DecidingStatement[]
}

/** Condition keys, in lower case, whose values each request brings along. */
const OF_REQUESTS: ReadonlySet<string> = new Set([
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:useragent',
  'aws:referer',
  'aws:currenttime',
  'aws:epochtime',
  'aws:securetransport',
  'aws:requestedregion',
  'aws:multifactorauthpresent',
  'aws:multifactorauthage',
  'aws:tokenissuetime',
  'aws:sourceidentity',
  'aws:federatedprovider',
  'secretsmanager:versionid',
  'secretsmanager:versionstage',
])
/** A role session may bring tags and a name of its own. */
const OF_SESSIONS = /^aws:(principaltag\/.*|userid)$/

/** Layers each of which must allow, where there are policies of it. */
const BOUNDS = ['boundary', 'session', 'service-control'] as const

/**
 * Whether and how a principal may read a secret whose value is under this key, and by which statements; undefined when it may not.
 *
 * @param key undefined for a secret without a value
 */
export function readingOf(
  principal: Principal,
  secret: Subject,
  key: Subject | undefined,
  context: ExplanationContext,
): Reading | undefined {
  const reading = accessTo(principal, 'secretsmanager:GetSecretValue', secret, context)
  const opening = key && accessTo(principal, 'kms:Decrypt', key, context)
  if (!reading || !key) return reading
  if (!opening) return undefined
  const conditional = [reading, opening].some(({ access }) => access === 'conditional')
  // That everybody may use the default key says nothing about anybody.
  const through = opening.access === 'conditional' ? [...reading.through, ...opening.through] : reading.through
  return { access: conditional ? 'conditional' : 'allowed', through }
}

function accessTo(
  principal: Principal,
  action: string,
  subject: Subject,
  context: ExplanationContext,
): Reading | undefined {
  const { decision, statements } = ask({ principal, action, subject }, context)
  if (decision.allowed) return { access: 'allowed', through: decision.by }
  const depends = dependsOnRequest(principal)
  const denies = statements.filter(({ effect, matched }) => effect === 'Deny' && matched)
  // All conditions of a Deny must hold: another value of any of them lifts it.
  if (!denies.every(({ conditionKeys }) => conditionKeys.some(depends))) return undefined
  const allows = statements.filter((statement) => statement.effect === 'Allow' && mayMatch(statement, depends))
  const layers = new Set(statements.map(({ layer }) => layer))
  const admits = (layer: Layer) => allows.some((statement) => statement.layer === layer && !statement.handsOver)
  const handedOver = allows.some(({ handsOver }) => handsOver)
  const isKey = subject.policy?.rule === 'key'
  const granted = admits('resource') || (admits('identity') && (!isKey || handedOver))
  if (!granted || !BOUNDS.every((layer) => !layers.has(layer) || admits(layer))) return undefined
  return { access: 'conditional', through: [...allows.filter(({ handsOver }) => !handsOver), ...denies] }
}

/** Whether a statement applies, or would to another request by the same principal. */
function mayMatch({ matched, mismatch }: StatementExplanation, depends: (key: string) => boolean): boolean {
  return matched || (mismatch?.keys?.every(depends) ?? false)
}

function dependsOnRequest({ type }: Principal): (key: string) => boolean {
  return (key) => {
    const lower = key.toLowerCase()
    return OF_REQUESTS.has(lower) || (type === 'AssumedRole' && OF_SESSIONS.test(lower))
  }
}
