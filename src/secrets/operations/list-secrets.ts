import { noResource, operation } from '../../aws/operation.ts'
import { boolean, integer, list, string, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { describe } from '../describe.ts'
import { compileFilters } from '../filters.ts'
import { listPage } from '../list-page.ts'
import { type SortKey, TamperedError } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

/** Page of ListSecrets when MaxResults is absent; also its maximum (facts 9.5). */
const MAX_PAGE = 100

const sortKeys: Readonly<Record<string, SortKey>> = {
  'created-date': 'created',
  'last-accessed-date': 'accessed',
  'last-changed-date': 'changed',
  name: 'name',
}

const secretListEntry = structure(
  {
    ...shapes.described,
    SecretVersionsToStages: shapes.versionsToStages,
    ...shapes.origin,
  },
  'SecretListEntry',
)

export const listSecrets = operation({
  name: 'ListSecrets',
  access: 'read',
  input: structure({
    IncludePlannedDeletion: boolean(),
    MaxResults: integer({ range: [1, MAX_PAGE] }),
    NextToken: shapes.nextToken,
    Filters: shapes.filters,
    SortOrder: string({ enum: ['asc', 'desc'] }),
    SortBy: string({ enum: Object.keys(sortKeys) }),
  }),
  output: structure({ SecretList: list(secretListEntry), NextToken: shapes.nextToken }),
  check({ Filters = [] }) {
    compileFilters(Filters)
  },
  target: (_input, { scope }: SecretsContext) => noResource(scope.account),

  async run(input, _value: undefined, context) {
    const page = await listPage(
      {
        operation: 'ListSecrets',
        filters: input.Filters ?? [],
        limit: input.MaxResults ?? MAX_PAGE,
        token: input.NextToken,
        sortBy: sortKeys[input.SortBy ?? 'created-date'],
        descending: input.SortOrder === 'desc',
        includeDeleted: input.IncludePlannedDeletion ?? false,
      },
      context,
    )
    const SecretList = page.items.map((secret) => {
      // A list cannot say beside its entries that one was forged, and leaving it out would hide it.
      if (secret instanceof TamperedError) throw secret
      const { versions, ...members } = describe(secret)
      return { ...members, SecretVersionsToStages: versions }
    })
    return { SecretList, NextToken: page.next }
  },
})
