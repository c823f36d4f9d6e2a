import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { OidcProvider } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findProvider } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteOpenIdConnectProvider = operation({
  name: 'DeleteOpenIDConnectProvider',
  access: 'write',
  input: structure({ OpenIDConnectProviderArn: required(shapes.arn) }),
  target: ({ OpenIDConnectProviderArn }, context: IamContext) => findProvider(OpenIDConnectProviderArn, context),

  /** Trust policies that name it stay, and trust nobody by it (IAM reference). */
  run(_input, provider: OidcProvider, { store, change }) {
    change(store.remove(provider))
    return {}
  },
})
