import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { OidcProvider } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findProvider } from '../find-entity.ts'
import * as lists from '../provider-lists.ts'
import * as shapes from '../shapes.ts'

interface Definition {
  readonly name: string
  after(clientIds: readonly string[], clientId: string): readonly string[]
}

function changeClientIds({ name, after }: Definition) {
  return operation({
    name,
    access: 'write',
    input: structure({ OpenIDConnectProviderArn: required(shapes.arn), ClientID: required(lists.clientId) }),
    target: ({ OpenIDConnectProviderArn }, context: IamContext) => findProvider(OpenIDConnectProviderArn, context),

    run({ ClientID }, provider: OidcProvider, { store, change }) {
      const clientIds = after(provider.clientIds, ClientID)
      if (clientIds.length !== provider.clientIds.length) change(store.update({ ...provider, clientIds }))
      return {}
    },
  })
}

/** Audiences of a provider: adding one that it has and removing one that it has not change nothing, as at AWS. */
export const providerClientIds = [
  changeClientIds({
    name: 'AddClientIDToOpenIDConnectProvider',
    after: (clientIds, clientId) => lists.checkClientIds([...clientIds, clientId]),
  }),
  changeClientIds({
    name: 'RemoveClientIDFromOpenIDConnectProvider',
    after: (clientIds, clientId) => clientIds.filter((one) => one !== clientId),
  }),
]
