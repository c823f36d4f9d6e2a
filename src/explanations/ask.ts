import type { Conditions } from '../aws/operation.ts'
import type { ContextValue, RequestContext } from '../iam/evaluate.ts'
import { type Explanation, explain } from '../iam/explain.ts'
import type { Principal } from '../identity/principal.ts'
import type { ExplanationContext, Subject } from './context.ts'

export interface Question {
  readonly principal: Principal
  /** With its prefix. */
  readonly action: string
  readonly subject: Subject
  /** Condition keys as they are to be supposed; they win over what is known. */
  readonly supposed?: Conditions | undefined
}

/** Explains what would be decided if the principal asked now, over TLS, from an address nobody knows. */
export function ask({ principal, action, subject, supposed = {} }: Question, context: ExplanationContext): Explanation {
  const { now, region, authorizer } = context
  const [service = ''] = action.split(':')
  const { request, policies } = authorizer.question({
    principal,
    action,
    service,
    resource: subject.resource,
    account: subject.account,
    tags: subject.tags,
    policy: subject.policy,
    granted: subject.granted?.(principal).includes(action),
    conditions: subject.conditions ?? {},
    via: subject.via,
    facts: { region, now, address: '', secure: true, agent: '' },
  })
  return explain({ ...request, context: suppose(supposed, request.context) }, policies)
}

function suppose(supposed: Conditions, known: RequestContext): RequestContext {
  const values = new Map<string, ContextValue>()
  for (const [name, value] of Object.entries(supposed)) if (value !== undefined) values.set(name.toLowerCase(), value)
  return { get: (key) => values.get(key) ?? known.get(key) }
}
