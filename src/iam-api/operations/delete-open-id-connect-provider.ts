import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { type OidcProvider, parseIamArn } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findProvider } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteOpenIdConnectProvider = operation({
  name: 'DeleteOpenIDConnectProvider',
  access: 'write',
  input: structure({ OpenIDConnectProviderArn: required(shapes.arn) }),
  target: ({ OpenIDConnectProviderArn }, context: IamContext) => findProvider(OpenIDConnectProviderArn, context),

  /** Deleting a provider that does not exist succeeds (IAM API reference, DeleteOpenIDConnectProvider). */
  acceptsMissing: ({ OpenIDConnectProviderArn }) => parseIamArn(OpenIDConnectProviderArn)?.kind === 'oidc-provider',

  /** Trust policies that name the provider stay and trust no token because of it (IAM API reference). */
  run(_input, provider: OidcProvider | undefined, { store, change }) {
    if (provider) change(store.remove(provider))
    return {}
  },
})
