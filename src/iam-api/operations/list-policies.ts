import { noResource, operation } from '../../aws/operation.ts'
import { boolean, list, string, structure } from '../../aws/shape.ts'
import { awsManagedPolicies } from '../../identity/aws-managed-policies.ts'
import { arnOf, type ManagedPolicy } from '../../identity/entities.ts'
import { asManagedPolicy } from '../../identity/find-managed-policy.ts'
import type { IamContext } from '../context.ts'
import { type Part, pageOfParts, walk } from '../list-parts.ts'
import { policyUsage } from '../policy-shapes.ts'
import { countUsage, type Usage } from '../policy-usage.ts'
import * as shapes from '../shapes.ts'
import { showPolicy } from '../show-policy.ts'

type Counted = ManagedPolicy & { readonly counts: Readonly<Record<Usage, number>> }
type PolicyLists = Readonly<Record<'Local' | 'AWS', (after: string | undefined) => AsyncIterable<ManagedPolicy>>>

export const listPolicies = operation({
  name: 'ListPolicies',
  access: 'read',
  input: structure({
    Scope: string({ enum: ['All', 'AWS', 'Local'] }),
    OnlyAttached: boolean(),
    PathPrefix: shapes.policyPath,
    PolicyUsageFilter: policyUsage,
    ...shapes.paging,
  }),
  output: structure({ Policies: list(shapes.policy), ...shapes.page }),
  target: (_input, { account }: IamContext) => noResource(account),

  async run(input, _value: undefined, context) {
    const { Scope = 'All', OnlyAttached = false, PathPrefix = '/', PolicyUsageFilter } = input
    const usage = PolicyUsageFilter ?? (OnlyAttached ? 'PermissionsPolicy' : undefined)
    const lists = policyLists(PathPrefix, context)
    const scopes = Scope === 'All' ? (['Local', 'AWS'] as const) : [Scope]
    const parts = scopes.map(
      (key): Part<Counted> => ({ key, items: (after) => counted(lists[key](after), usage, context) }),
    )
    const { items, paging } = await pageOfParts(['policies', Scope, usage, PathPrefix], parts, input, context)
    return { Policies: items.map(({ item }) => showPolicy(item, item.counts, { listed: true })), ...paging }
  },
})

function policyLists(pathPrefix: string, { account, store }: IamContext): PolicyLists {
  return {
    Local: (after) => walk((query) => store.list('policy', account, { ...query, pathPrefix }), after),
    async *AWS(after) {
      for (const policy of awsManagedPolicies)
        if (policy.path.startsWith(pathPrefix) && (after === undefined || policy.name > after))
          yield asManagedPolicy(policy)
    },
  }
}

/** Policies with how many have them; only those that somebody has for the usage, where one is named. */
async function* counted(policies: AsyncIterable<ManagedPolicy>, usage: Usage | undefined, context: IamContext) {
  for await (const policy of policies) {
    const counts = await countUsage(arnOf(policy), context)
    if (usage === undefined || counts[usage] > 0) yield { ...policy, counts }
  }
}
