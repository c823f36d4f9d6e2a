import { noResource, operation } from '../../aws/operation.ts'
import { integer, list, required, string, structure } from '../../aws/shape.ts'
import { arnOf } from '../../identity/entities.ts'
import type { ExplanationContext, ReadableSecret } from '../context.ts'
import { errors } from '../errors.ts'
import { readerOf } from '../find-readers.ts'
import * as shapes from '../shapes.ts'
import { showDeciding } from '../show.ts'

/** Users or roles that one page looks at, fewer where their policies take many steps to evaluate. */
const MAX_EXAMINED = 200

const KINDS = ['user', 'role'] as const
type Kind = (typeof KINDS)[number]

interface Position {
  readonly kind: Kind
  readonly after?: string | undefined
}

const reader = structure(
  {
    PrincipalArn: required(shapes.arn),
    /** `allowed` with every request; `conditional` where it depends on the request, such as on its address or its session. */
    Access: required(string({ enum: ['allowed', 'conditional'] })),
    Through: required(list(shapes.deciding)),
  },
  'SecretReader',
)

/** The users and roles of the account that can read the current value of a secret, and by which statements. Pages may be empty. */
export const listSecretReaders = operation({
  name: 'ListSecretReaders',
  access: 'read',
  action: 'iam:GetAccountAuthorizationDetails',
  input: structure({
    SecretId: required(shapes.arn),
    MaxResults: integer({ range: [1, MAX_EXAMINED] }),
    NextToken: string({ length: [1, 4096] }),
  }),
  output: structure({
    ARN: required(shapes.arn),
    Enforced: shapes.enforced,
    Readers: required(list(reader)),
    /** Why no read succeeds that policies allow, such as a key that is disabled. */
    Refusal: string(),
    NextToken: string(),
  }),
  target: (_input, { caller }: ExplanationContext) => noResource(caller.account),

  async run({ SecretId, MaxResults = MAX_EXAMINED, NextToken }, _value: undefined, context) {
    const { caller, now, tokens } = context
    const secret = await context.secretToRead(SecretId)
    const { arn: ARN } = secret
    const list = ['ListSecretReaders', caller.account, ARN]
    const from = NextToken === undefined ? { kind: 'user' } : tokens.read(NextToken, list, now)
    if (from === undefined) throw errors.nextToken()
    const { next, ...found } = await examine(from as Position, MaxResults, secret, context)
    const Enforced = context.authorizer.enforce
    return { ARN, Enforced, ...found, NextToken: next && tokens.make(next, list, now) }
  },
})

/** Looks at so many users, or roles, and says where the next page begins. */
async function examine({ kind, after }: Position, limit: number, secret: ReadableSecret, context: ExplanationContext) {
  const { caller, store } = context
  const found = await store.list(kind, caller.account, { after, limit: limit + 1 })
  const entities = found.slice(0, limit)
  const Readers = []
  let Refusal: string | undefined
  let examined = 0
  for (const { id } of entities) {
    if (context.hasTakenAllSteps()) break
    examined += 1
    const holder = await store.findHolder(kind, id)
    if (!holder) continue
    const { reading, refusal } = await readerOf(holder, secret, context)
    Refusal ??= refusal
    if (!reading) continue
    const Through = reading.through.map(({ statement, on }) => showDeciding(statement, on))
    Readers.push({ PrincipalArn: arnOf(holder.entity), Access: reading.access, Through })
  }
  const last = found.length > examined ? entities[examined - 1]?.name : undefined
  const nextKind = KINDS[KINDS.indexOf(kind) + 1]
  const next: Position | undefined =
    last !== undefined ? { kind, after: last } : nextKind === undefined ? undefined : { kind: nextKind }
  return { Readers, Refusal, next }
}
