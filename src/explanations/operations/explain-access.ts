import { noResource, operation } from '../../aws/operation.ts'
import { boolean, list, required, string, structure } from '../../aws/shape.ts'
import { denialReason } from '../../iam/denial.ts'
import { ask } from '../ask.ts'
import type { ExplanationContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPrincipal } from '../find-principal.ts'
import * as shapes from '../shapes.ts'
import { showDeciding, showStatement } from '../show.ts'

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

const ACTION = /^[a-z0-9-]+:[A-Za-z0-9]+$/i

/** Whether a principal may do something, which statements decide about it, and what of the others did not fit. */
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
    /** In AWS's terms; absent when allowed. */
    Reason: string(),
    /** What would have been needed; absent when allowed. */
    Missing: string(),
    /** What it is decided on: `*` for an action without a resource. */
    DecidedOn: required(shapes.arn),
    /** False when there is no such resource: the answer is what policies say of its name. Absent where nobody here knows. */
    ResourceExists: boolean(),
    DecidedBy: required(list(shapes.deciding)),
    Statements: required(list(shapes.statement)),
  }),

  check({ Action }) {
    if (!ACTION.test(Action)) throw errors.action(Action)
  },
  target: (_input, { caller }: ExplanationContext) => noResource(caller.account),

  async run({ PrincipalArn, Action, ResourceArn, Context = [] }, _value: undefined, context) {
    const { caller, now, store, authorizer } = context
    const { policies } = authorizer
    const principal = await findPrincipal(PrincipalArn, { account: caller.account, now, store, policies })
    const subject = await context.describe(Action, ResourceArn)
    if (subject.account !== caller.account) throw errors.foreignResource(ResourceArn)
    const supposed = Object.fromEntries(
      Context.map(({ Key, Values }) => [Key, Values.length === 1 ? Values[0] : Values]),
    )
    const { decision, statements, missing } = ask({ principal, action: Action, subject, supposed }, context)
    const { anyone = false, exists } = subject
    // Of a role that does not exist there is no trust policy to show, only one that stands in for it.
    const shown = exists === false ? statements.filter(({ layer }) => layer !== 'trust') : statements
    return {
      Enforced: authorizer.enforce,
      Allowed: decision.allowed || anyone,
      Anyone: anyone,
      Reason: decision.allowed || anyone ? undefined : denialReason(decision, Action),
      Missing: decision.allowed || anyone ? undefined : missing,
      DecidedOn: subject.resource,
      ResourceExists: exists,
      DecidedBy: anyone ? [] : decision.by.map(showDeciding),
      Statements: shown.map(showStatement),
    }
  },
})
