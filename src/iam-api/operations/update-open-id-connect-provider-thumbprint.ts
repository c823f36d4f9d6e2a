import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { OidcProvider } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findProvider } from '../find-entity.ts'
import * as lists from '../provider-lists.ts'
import * as shapes from '../shapes.ts'

export const updateOpenIdConnectProviderThumbprint = operation({
  name: 'UpdateOpenIDConnectProviderThumbprint',
  access: 'write',
  input: structure({
    OpenIDConnectProviderArn: required(shapes.arn),
    ThumbprintList: required(lists.thumbprints),
  }),
  check({ ThumbprintList }) {
    lists.checkThumbprints(ThumbprintList)
  },
  target: ({ OpenIDConnectProviderArn }, context: IamContext) => findProvider(OpenIDConnectProviderArn, context),

  run({ ThumbprintList }, provider: OidcProvider, { store, change }) {
    change(store.update({ ...provider, thumbprints: ThumbprintList }))
    return {}
  },
})
