import { noResource, operation } from '../../aws/operation.ts'
import { integer, list, required, string, structure } from '../../aws/shape.ts'
import { arnOf } from '../../identity/entities.ts'
import type { ExplanationContext, Subject } from '../context.ts'
import { errors } from '../errors.ts'
import { principalOf } from '../find-principal.ts'
import { readingOf } from '../may-read.ts'
import * as shapes from '../shapes.ts'
import { showDeciding } from '../show.ts'

/** Principals that one page looks at: each costs a decision. */
const MAX_EXAMINED = 200

const KINDS = ['user', 'role'] as const
type Kind = (typeof KINDS)[number]

const READ = 'secretsmanager:GetSecretValue'

/** What is read, and the key it is under. */
interface Read {
  readonly secret: Subject
  readonly key: Subject | undefined
}

interface Position {
  readonly kind: Kind
  readonly after?: string | undefined
}

const reader = structure(
  {
    PrincipalArn: required(shapes.arn),
    /** `allowed`, or `conditional`: allowed only where conditions hold that depend on the request, such as its address. */
    Access: required(string({ enum: ['allowed', 'conditional'] })),
    Through: required(list(shapes.deciding)),
  },
  'SecretReader',
)

/** Who of the account may read a secret, and by which statements. Pages may be empty. */
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
    NextToken: string(),
  }),
  target: (_input, { caller }: ExplanationContext) => noResource(caller.account),

  async run({ SecretId, MaxResults = MAX_EXAMINED, NextToken }, _value: undefined, context) {
    const { caller, now, tokens } = context
    const subject = await context.describe(READ, SecretId)
    if (subject.account !== caller.account) throw errors.foreignResource(SecretId)
    if (!subject.exists) throw errors.noSecret(SecretId)
    const key = await context.describeKeyOf(SecretId)
    const list = ['ListSecretReaders', caller.account, subject.resource]
    const from = NextToken === undefined ? { kind: 'user' } : tokens.read(NextToken, list, now)
    if (from === undefined) throw errors.nextToken()
    const { readers, next } = await examine(from as Position, MaxResults, { secret: subject, key }, context)
    const Enforced = context.authorizer.enforce
    return { ARN: subject.resource, Enforced, Readers: readers, NextToken: next && tokens.make(next, list, now) }
  },
})

/** Looks at so many users, or roles, and says where to go on. */
async function examine({ kind, after }: Position, limit: number, { secret, key }: Read, context: ExplanationContext) {
  const { caller, store } = context
  const found = await store.list(kind, caller.account, { after, limit: limit + 1 })
  const entities = found.slice(0, limit)
  const { now, authorizer } = context
  const readers = []
  for (const { id } of entities) {
    const holder = await store.findHolder(kind, id)
    const read = holder && readingOf(principalOf(holder, { now, policies: authorizer.policies }), secret, key, context)
    if (holder && read)
      readers.push({
        PrincipalArn: arnOf(holder.entity),
        Access: read.access,
        Through: read.through.map(showDeciding),
      })
  }
  const last = found.length > limit ? entities.at(-1)?.name : undefined
  const nextKind = KINDS[KINDS.indexOf(kind) + 1]
  const next: Position | undefined =
    last !== undefined ? { kind, after: last } : nextKind === undefined ? undefined : { kind: nextKind }
  return { readers, next }
}
