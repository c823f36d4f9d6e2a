import { noResource, operation } from '../../aws/operation.ts'
import { boolean, list, required, string, structure } from '../../aws/shape.ts'
import type { ExplanationContext, Rehearsal } from '../context.ts'
import { errors } from '../errors.ts'
import { findPrincipal } from '../find-principal.ts'
import * as shapes from '../shapes.ts'
import { showCheck } from '../show.ts'

/** Condition keys that one question may suppose, and values of each. */
const MAX_KEYS = 50
const MAX_VALUES = 50

const contextEntry = structure(
  {
    Key: required(string({ length: [1, 256] })),
    Values: required(list(string({ length: [0, 2048] }), { length: [1, MAX_VALUES] })),
  },
  'ContextEntry',
)

/** A decision about another action or resource that the call needs. */
const further = structure(
  {
    Action: required(string()),
    Resource: required(shapes.arn),
    /** Where it is false and the call is allowed all the same, the call does without, as with a replica that cannot follow. */
    Allowed: required(boolean()),
    Reason: string(),
    Missing: shapes.text,
    DecidedBy: required(list(shapes.deciding)),
    Statements: required(list(shapes.statement)),
  },
  'FurtherDecision',
)

const ACTION = /^[a-z0-9-]+:[A-Za-z0-9]+$/i

/** Whether a call by a principal would succeed, which statements decide, and what part of each other statement did not fit. */
export const explainAccess = operation({
  name: 'ExplainAccess',
  access: 'read',
  // Whoever may read every policy of the account may be told what they come to, and nobody else.
  action: 'iam:GetAccountAuthorizationDetails',
  input: structure({
    PrincipalArn: required(shapes.arn),
    Action: required(string({ length: [3, 128] })),
    ResourceArn: required(shapes.arn),
    Context: list(contextEntry, { length: [0, MAX_KEYS] }),
  }),
  output: structure({
    Enforced: shapes.enforced,
    Allowed: required(boolean()),
    /** Everybody may, whatever policies say. */
    Anyone: required(boolean()),
    /** Why policies deny it, in AWS's terms; absent where they allow it. */
    Reason: string(),
    /** What would have been needed; absent where policies allow it. */
    Missing: shapes.text,
    /** Why the call fails although policies allow it: the state of the secret or of its key. */
    Refusal: shapes.text,
    /** What it is decided on: `*` for an action without a resource. */
    DecidedOn: required(shapes.arn),
    /** False when there is no such resource: the answer is what policies say of its name. Absent where nobody here knows. */
    ResourceExists: boolean(),
    DecidedBy: required(list(shapes.deciding)),
    Statements: required(list(shapes.statement)),
    /** What else the call needs, in the order in which it is asked: other actions, and the key of the secret. */
    Further: required(list(further)),
  }),

  check({ Action }) {
    if (!ACTION.test(Action)) throw errors.action(Action)
  },
  target: (_input, { caller }: ExplanationContext) => noResource(caller.account),

  async run({ PrincipalArn, Action, ResourceArn, Context = [] }, _value: undefined, context) {
    const { caller, now, store, authorizer } = context
    const { policies } = authorizer
    const principal = await findPrincipal(PrincipalArn, { account: caller.account, now, store, policies })
    const supposed = Object.fromEntries(
      Context.map(({ Key, Values }) => [Key, Values.length === 1 ? Values[0] : Values]),
    )
    const assumed = { kind: 'keys', supposed } as const
    const rehearsal = await context.rehearse({ principal, action: Action, resource: ResourceArn, assumed })
    return { Enforced: authorizer.enforce, ...answerOf(rehearsal) }
  },
})

/** The first decision is about the action itself, and is shown as the answer. */
function answerOf({ checks, outcome, refusal, resource, exists, anyone }: Rehearsal) {
  const [own, ...further] = checks.map(showCheck)
  // A role that does not exist has no trust policy to show: the gate decides on one that trusts nobody.
  const shown = own?.Statements.filter(({ Layer }) => exists !== false || Layer !== 'trust')
  const failed = outcome === 'denied' ? [own, ...further].findLast((check) => check && !check.Allowed) : undefined
  return {
    Allowed: outcome === 'succeeds',
    Anyone: anyone,
    Reason: failed?.Reason,
    Missing: failed?.Missing,
    Refusal: refusal,
    DecidedOn: own?.Resource ?? resource,
    ResourceExists: exists,
    DecidedBy: own?.DecidedBy ?? [],
    Statements: shown ?? [],
    Further: further,
  }
}
