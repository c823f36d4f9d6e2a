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

const READ = 'secretsmanager:GetSecretValue'

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
  'aws:viaawsservice',
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'secretsmanager:versionid',
  'secretsmanager:versionstage',
])
/** A role session may bring tags and a name of its own. */
const OF_SESSIONS = /^aws:(principaltag\/.*|userid)$/

/** Whether and how a principal may read a secret, and by which statements; undefined when it may not. */
export function readingOf(principal: Principal, subject: Subject, context: ExplanationContext): Reading | undefined {
  const { decision, statements } = ask({ principal, action: READ, subject }, context)
  if (decision.allowed) return { access: 'allowed', through: decision.by }
  const isOpen = openFor(principal)
  if (decision.explicit) return undefined
  const possible = statements.filter(
    (statement) => statement.effect === 'Allow' && (statement.matched || isOpen(statement)),
  )
  const layers = new Set(statements.map(({ layer }) => layer))
  const admits = (layer: Layer) => possible.some((statement) => statement.layer === layer)
  const bounded = (['boundary', 'session', 'service-control'] as const).every(
    (layer) => !layers.has(layer) || admits(layer),
  )
  if (!bounded || !(admits('identity') || admits('resource'))) return undefined
  return { access: 'conditional', through: possible }
}

/** Whether a statement that does not match now would, with another request by the same principal. */
function openFor({ type }: Principal): (statement: StatementExplanation) => boolean {
  const depends = (key: string) => OF_REQUESTS.has(key) || (type === 'AssumedRole' && OF_SESSIONS.test(key))
  return ({ mismatch }) => mismatch?.keys?.every((key) => depends(key.toLowerCase())) ?? false
}
