import { noResource, operation } from '../../aws/operation.ts'
import { boolean, structure } from '../../aws/shape.ts'
import { newKeyConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { newKey } from '../key.ts'
import { describeKeyMetadata } from '../key-metadata.ts'
import { checkPolicySize, readKeyPolicy } from '../key-policy-document.ts'
import { newMaterial } from '../material.ts'
import * as shapes from '../shapes.ts'
import { checkTags, tagConditions, withTags } from '../tags.ts'

export const createKey = operation({
  name: 'CreateKey',
  access: 'write',
  input: structure({
    Policy: shapes.policy,
    Description: shapes.description,
    KeyUsage: shapes.keyUsage,
    CustomerMasterKeySpec: shapes.customerMasterKeySpec,
    KeySpec: shapes.keySpec,
    Origin: shapes.origin,
    CustomKeyStoreId: shapes.customKeyStoreId,
    BypassPolicyLockoutSafetyCheck: boolean(),
    Tags: shapes.tags,
    MultiRegion: boolean(),
    XksKeyId: shapes.xksKeyId,
  }),
  output: structure({ KeyMetadata: shapes.keyMetadata }),
  recordsAnswer: true,
  madeArn: ({ KeyMetadata }) => KeyMetadata?.Arn,

  check({ Policy, KeyUsage, CustomerMasterKeySpec, KeySpec, Origin, CustomKeyStoreId, Tags = [], XksKeyId }) {
    if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined) throw errors.bothSpecs()
    const spec = KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'
    if (spec !== 'SYMMETRIC_DEFAULT') throw errors.unsupportedSpec(spec)
    if (KeyUsage !== undefined && KeyUsage !== 'ENCRYPT_DECRYPT') throw errors.usageUnfit(KeyUsage)
    const elsewhere = Origin === 'AWS_CLOUDHSM' || Origin === 'EXTERNAL_KEY_STORE'
    if (elsewhere || CustomKeyStoreId !== undefined || XksKeyId !== undefined) throw errors.noCustomKeyStores()
    checkPolicySize(Policy)
    checkTags(Tags)
  },
  target: (_input, { scope }: KmsContext) => noResource(scope.account),
  furtherActions: ['kms:TagResource'],
  alsoRequires: ({ Tags = [] }) => (Tags.length > 0 ? ['TagResource'] : []),
  conditions: (
    { Origin = 'AWS_KMS', MultiRegion = false, BypassPolicyLockoutSafetyCheck = false, Tags = [] },
    context,
  ) => ({
    ...newKeyConditions(context.scope.account, Origin === 'EXTERNAL' ? 'EXTERNAL' : 'AWS_KMS'),
    'kms:MultiRegion': String(MultiRegion),
    'kms:MultiRegionKeyType': MultiRegion ? 'PRIMARY' : undefined,
    'kms:BypassPolicyLockoutSafetyCheck': String(BypassPolicyLockoutSafetyCheck),
    ...tagConditions(Tags),
  }),

  async run(input, _value: undefined, context) {
    const { scope, now, keys, material } = context
    const origin = input.Origin === 'EXTERNAL' ? 'EXTERNAL' : 'AWS_KMS'
    const fresh = newKey({ ...scope, manager: 'CUSTOMER', now, origin, multiRegion: input.MultiRegion })
    const described = { ...fresh, description: input.Description ?? '', tags: withTags([], input.Tags ?? []) }
    const key = {
      ...described,
      policy:
        input.Policy === undefined
          ? undefined
          : await readKeyPolicy(input.Policy, described, input.BypassPolicyLockoutSafetyCheck, context),
      materials: origin === 'AWS_KMS' ? [newMaterial(fresh, 1, material)] : [],
    }
    context.change(keys.create(key))
    return { KeyMetadata: await describeKeyMetadata(key, context) }
  },
})
