import { noResource, operation } from '../../aws/operation.ts'
import { list, structure } from '../../aws/shape.ts'
import { arnOf } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'

export const listOpenIdConnectProviders = operation({
  name: 'ListOpenIDConnectProviders',
  access: 'read',
  input: structure({}),
  output: structure({
    OpenIDConnectProviderList: list(structure({ Arn: shapes.arn }, 'OpenIDConnectProviderListEntry')),
  }),
  target: (_input, { account }: IamContext) => noResource(account),

  async run(_input, _value: undefined, { account, store }) {
    const providers = await store.list('oidc-provider', account, { limit: quotas.providersPerAccount })
    return { OpenIDConnectProviderList: providers.map((provider) => ({ Arn: arnOf(provider) })) }
  },
})
