import type { Assumption } from '../iam/assume-conditions.ts'
import type { DecidingStatement } from '../iam/evaluate.ts'
import type { Role, User } from '../identity/entities.ts'
import type { Holder } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'
import type { ExplanationContext, ReadableSecret, Rehearsal } from './context.ts'
import { principalOf } from './find-principal.ts'

/** A statement, and the ARN of the resource of the request that it decides. */
export interface Through {
  readonly statement: DecidingStatement
  readonly on: string
}

/** How a user or role may read: with every request, or with some only. */
export interface Reading {
  readonly access: 'allowed' | 'conditional'
  readonly through: readonly Through[]
}

export interface Reader {
  /** Undefined for a user or role that may not read. */
  readonly reading: Reading | undefined
  /** Why a read fails that policies allow. */
  readonly refusal: string | undefined
}

const READ = 'secretsmanager:GetSecretValue'

/** The session that stands for all sessions of a role which no policy names. No session can have this name. */
const UNNAMED_SESSION = '*'

/** Whether and how a user or role may read a secret: the read is tried with the best and the worst request that it could send. */
export async function readerOf(
  holder: Holder<User | Role>,
  secret: ReadableSecret,
  context: ExplanationContext,
): Promise<Reader> {
  const { now, authorizer } = context
  const { entity } = holder
  const sessions = entity.kind === 'role' ? secret.namedSessions(entity) : []
  const principals = [UNNAMED_SESSION, ...sessions].map((session) =>
    principalOf(holder, { now, policies: authorizer.policies }, session),
  )
  const best = await readAs(principals, 'best', secret, context)
  const [first] = best.filter(({ outcome }) => outcome === 'succeeds')
  if (!first) return { reading: undefined, refusal: best.find(({ refusal }) => refusal !== undefined)?.refusal }
  const worst = await readAs(principals, 'worst', secret, context)
  const failing = worst.filter(({ outcome }) => outcome !== 'succeeds')
  const through = [
    ...statementsOf(first, true),
    // What denies the worst request is a condition of the reading; what does not allow it says nothing.
    ...failing.flatMap((rehearsal) => statementsOf(rehearsal, false)),
  ].filter(({ on }) => secret.underCustomerKey || on === secret.arn)
  const access = failing.length === 0 ? 'allowed' : 'conditional'
  return { reading: { access, through: distinct(through) }, refusal: undefined }
}

async function readAs(
  principals: readonly Principal[],
  assumption: Assumption,
  { arn }: ReadableSecret,
  { rehearse }: ExplanationContext,
): Promise<readonly Rehearsal[]> {
  const rehearsals = []
  for (const principal of principals) {
    const assumed = { kind: 'any request', assumption } as const
    rehearsals.push(await rehearse({ principal, action: READ, resource: arn, assumed }))
  }
  return rehearsals
}

/** The statements of the decisions that allow, or deny. */
function statementsOf({ checks }: Rehearsal, allowed: boolean): readonly Through[] {
  return checks.flatMap(({ decision, resource: on }) =>
    decision.allowed === allowed ? decision.by.map((statement) => ({ statement, on })) : [],
  )
}

function distinct(all: readonly Through[]): readonly Through[] {
  const known = new Map(all.map((one) => [JSON.stringify(one), one]))
  return [...known.values()]
}
