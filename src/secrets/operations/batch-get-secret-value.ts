import { AwsError } from '../../aws/error.ts'
import { noResource, operation } from '../../aws/operation.ts'
import { integer, list, string, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { compileFilters } from '../filters.ts'
import { selectorOf } from '../find-secret.ts'
import { listPage } from '../list-page.ts'
import * as shapes from '../shapes.ts'
import { getSecretValue } from './get-secret-value.ts'

/** Secrets in one call, and so on one page (facts 4.1, 4.5). */
const MAX_SECRETS = 20

const secretValueEntry = structure(shapes.secretValue, 'SecretValueEntry')
const errorEntry = structure({ SecretId: shapes.secretId, ErrorCode: string(), Message: string() }, 'APIErrorType')

export const batchGetSecretValue = operation({
  name: 'BatchGetSecretValue',
  access: 'read',
  input: structure({
    SecretIdList: list(shapes.secretId, { length: [1, MAX_SECRETS] }),
    Filters: shapes.filters,
    MaxResults: integer({ range: [1, MAX_SECRETS] }),
    NextToken: shapes.nextToken,
  }),
  // Each secret counts as if it were asked for alone; of a filtered page, as many as it may have.
  units: ({ SecretIdList, MaxResults = MAX_SECRETS }) => SecretIdList?.length ?? MaxResults,
  mostValues: MAX_SECRETS,
  itemsOf: 'SecretIdList',
  output: structure({
    SecretValues: list(secretValueEntry),
    NextToken: shapes.nextToken,
    Errors: list(errorEntry),
  }),

  check({ SecretIdList, Filters, MaxResults, NextToken }) {
    const filtered = hasFilters(Filters)
    if (SecretIdList && filtered) throw errors.batchSelector()
    if (MaxResults !== undefined && !filtered) throw errors.batchMaxResults()
    // A token names a page of a filtered list (design page, "NextToken").
    if (NextToken !== undefined && SecretIdList) throw errors.nextToken()
    if (NextToken !== undefined && !filtered) throw errors.tokenWithoutFilters()
    if (!SecretIdList && !filtered) throw errors.batchSelector()
    compileFilters(Filters ?? [])
  },
  target: (_input, { scope }: SecretsContext) => noResource(scope.account),
  furtherActions: ['secretsmanager:ListSecrets'],
  alsoRequires: ({ Filters }) => (hasFilters(Filters) ? ['ListSecrets'] : []),
  rehearsal: { request: (id) => ({ SecretIdList: [id] }), runs: true },

  async run({ SecretIdList, Filters = [], MaxResults = MAX_SECRETS, NextToken }, _value: undefined, context) {
    const page = SecretIdList
      ? { ids: SecretIdList, next: undefined }
      : await filteredIds({ Filters, MaxResults, NextToken }, context)
    // One query for all; the gate then finds each of them in what was read.
    await context.store.findMany(page.ids.flatMap((id) => selectorOf(id, context.scope) ?? []))
    const entries = []
    for (const id of page.ids) entries.push(await readOne(id, context))
    return {
      SecretValues: entries.flatMap((entry) => ('value' in entry ? [entry.value] : [])),
      Errors: entries.flatMap((entry) => ('error' in entry ? [entry.error] : [])),
      NextToken: page.next,
    }
  },
})

// An empty list passes the model and is the same as none (facts 9.4, 3).
const hasFilters = (filters: readonly unknown[] | undefined) => filters !== undefined && filters.length > 0

/** ARNs of the secrets on a page: under these the gate, the record and the errors know them. */
async function filteredIds(
  { Filters, MaxResults, NextToken }: { Filters: readonly object[]; MaxResults: number; NextToken: string | undefined },
  context: SecretsContext,
) {
  const request = { operation: 'BatchGetSecretValue', filters: Filters, limit: MaxResults, token: NextToken }
  const { items, next } = await listPage(request, context)
  return { ids: items.map((item) => item.arn), next }
}

/** One secret through the gate: its value, or what is said in its stead. Anything but an error meant for clients fails the request. */
async function readOne(id: string, context: SecretsContext) {
  try {
    const value = await context.performItem(getSecretValue, { SecretId: id }, id)
    return { value: { ...value, CreatedDate: await createdDate(id, context) } }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return { error: { SecretId: id, ErrorCode: error.code, Message: error.message } }
  }
}

/** Here it is the secret's own date of creation, not the version's (design page). */
async function createdDate(id: string, { scope, store }: SecretsContext): Promise<Date | undefined> {
  const selector = selectorOf(id, scope)
  const [found] = selector ? await store.findMany([selector]) : []
  return found && 'secret' in found ? new Date(found.secret.createdAt) : undefined
}
