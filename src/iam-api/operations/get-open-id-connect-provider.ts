import { operation } from '../../aws/operation.ts'
import { required, structure, timestamp } from '../../aws/shape.ts'
import type { OidcProvider } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findProvider } from '../find-entity.ts'
import * as lists from '../provider-lists.ts'
import * as shapes from '../shapes.ts'
import { showTags } from '../show-entity.ts'

export const getOpenIdConnectProvider = operation({
  name: 'GetOpenIDConnectProvider',
  access: 'read',
  input: structure({ OpenIDConnectProviderArn: required(shapes.arn) }),
  output: structure({
    Url: lists.url,
    ClientIDList: lists.clientIds,
    ThumbprintList: lists.thumbprints,
    CreateDate: timestamp(),
    Tags: shapes.tags,
  }),
  target: ({ OpenIDConnectProviderArn }, context: IamContext) => findProvider(OpenIDConnectProviderArn, context),

  run(_input, { name, clientIds, thumbprints, createdAt, tags }: OidcProvider) {
    return {
      // Without scheme, as AWS answers.
      Url: name,
      ClientIDList: [...clientIds],
      ThumbprintList: [...thumbprints],
      CreateDate: new Date(createdAt),
      Tags: showTags(tags),
    }
  },
})
