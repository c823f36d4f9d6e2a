import { operation, requestTags } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { uniqueId } from '../../identity/access-key.ts'
import { arnOf, type OidcProvider } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import { providerName } from '../issuer-url.ts'
import * as lists from '../provider-lists.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showTags } from '../show-entity.ts'
import { checkTags } from '../tags.ts'

export const createOpenIdConnectProvider = operation({
  name: 'CreateOpenIDConnectProvider',
  access: 'write',
  recordsAnswer: true,
  makes: true,
  input: structure({
    Url: required(lists.url),
    ClientIDList: lists.clientIds,
    ThumbprintList: lists.thumbprints,
    Tags: shapes.tags,
  }),
  output: structure({ OpenIDConnectProviderArn: shapes.arn, Tags: shapes.tags }),

  check({ Url, ClientIDList = [], ThumbprintList = [], Tags = [] }) {
    providerName(Url)
    lists.checkClientIds(ClientIDList)
    lists.checkThumbprints(ThumbprintList)
    checkTags(Tags)
  },
  target: ({ Url }, { account }: IamContext) => toBe('oidc-provider', { name: providerName(Url) }, account),
  furtherActions: ['iam:TagOpenIDConnectProvider'],
  alsoRequires: ({ Tags = [] }) => (Tags.length > 0 ? ['TagOpenIDConnectProvider'] : []),
  conditions: ({ Tags = [] }) => requestTags(Tags),

  async run({ Url, ClientIDList = [], ThumbprintList = [], Tags = [] }, _value: undefined, context) {
    const { account, store, now } = context
    const name = providerName(Url)
    if (await store.find('oidc-provider', account, name))
      throw errors.alreadyExists(`Provider with url https://${name} already exists.`)
    if ((await store.count('oidc-provider', account)) >= quotas.providersPerAccount)
      throw errors.quotaExceeded('OpenIdConnectProvidersPerAccount', quotas.providersPerAccount)
    const provider: OidcProvider = {
      kind: 'oidc-provider',
      account,
      id: uniqueId('OIDC'),
      name,
      path: '/',
      tags: Tags,
      clientIds: lists.checkClientIds(ClientIDList),
      thumbprints: ThumbprintList,
      createdAt: now,
      revision: 1,
    }
    context.change(store.create(provider))
    return { OpenIDConnectProviderArn: arnOf(provider), Tags: showTags(Tags) }
  },
})
