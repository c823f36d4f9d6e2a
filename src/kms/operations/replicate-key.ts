import { noResource, operation, type Target } from '../../aws/operation.ts'
import { partitionOf } from '../../aws/partition.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { newKeyConditions } from '../conditions.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { lookUp, ownKey } from '../find-key.ts'
import { keyArn } from '../key.ts'
import { describeKeyMetadata } from '../key-metadata.ts'
import { policyOf } from '../key-policy.ts'
import { checkPolicySize, readKeyPolicy } from '../key-policy-document.ts'
import type { KeyMaterial, KmsKey } from '../key-store.ts'
import { readMaterial, sealMaterial } from '../material.ts'
import * as shapes from '../shapes.ts'
import { checkTags, tagConditions, withTags } from '../tags.ts'

export const replicateKey = operation({
  name: 'ReplicateKey',
  access: 'write',
  input: structure({
    KeyId: required(shapes.keyId),
    ReplicaRegion: required(shapes.region),
    Policy: shapes.policy,
    BypassPolicyLockoutSafetyCheck: boolean(),
    Description: shapes.description,
    Tags: shapes.tags,
  }),
  output: structure({
    ReplicaKeyMetadata: shapes.keyMetadata,
    ReplicaPolicy: shapes.policy,
    ReplicaTags: shapes.tags,
  }),
  recordsAnswer: true,
  madeBeside: ({ ReplicaKeyMetadata }) => ReplicaKeyMetadata?.Arn,
  check({ Policy, Tags = [] }) {
    checkPolicySize(Policy)
    checkTags(Tags)
  },
  target: ownKey('ReplicateKey', 'cryptography'),
  conditions: ({ ReplicaRegion, BypassPolicyLockoutSafetyCheck = false }) => ({
    'kms:ReplicaRegion': ReplicaRegion,
    'kms:BypassPolicyLockoutSafetyCheck': String(BypassPolicyLockoutSafetyCheck),
  }),
  /** To make a key in the other Region is a permission of its own (KMS developer guide, "Control access to multi-Region keys"). */
  furtherActions: ['kms:CreateKey', 'kms:TagResource'],
  async furtherTargets(input, { value: key }: Target<KmsKey>, { scope }: KmsContext) {
    const { ReplicaRegion: region, BypassPolicyLockoutSafetyCheck = false, Tags = [] } = input
    const conditions = {
      ...newKeyConditions(scope.account, key?.origin),
      'kms:MultiRegion': 'true',
      'kms:MultiRegionKeyType': 'REPLICA',
      'kms:BypassPolicyLockoutSafetyCheck': String(BypassPolicyLockoutSafetyCheck),
      ...tagConditions(Tags),
    }
    const target = { ...noResource(scope.account), conditions }
    const actions = Tags.length > 0 ? ['kms:CreateKey', 'kms:TagResource'] : ['kms:CreateKey']
    return actions.map((action) => ({ action, target, region }))
  },

  async run(input, key: KmsKey, context: KmsContext) {
    const { ReplicaRegion: region } = input
    if (key.primaryRegion === undefined) throw errors.notMultiRegion(key.arn)
    if (key.primaryRegion !== key.region) throw errors.notPrimary(key.arn)
    if (partitionOf(region) !== partitionOf(key.region)) throw errors.otherPartition(region)
    if (await lookUp({ region, keyId: key.keyId }, context)) throw errors.replicaExists(region)
    const replica = {
      ...replicaOf(key, region, context),
      description: input.Description ?? '',
      tags: withTags([], input.Tags ?? []),
    }
    const policy =
      input.Policy === undefined
        ? undefined
        : await readKeyPolicy(input.Policy, replica, input.BypassPolicyLockoutSafetyCheck, context)
    const made = { ...replica, policy }
    // The primary as it was read: a replica made beside a rotation or the end of its primary would not be what the primary is.
    context.change(context.keys.update(key))
    context.change(context.keys.create(made))
    return {
      ReplicaKeyMetadata: asCreating(await describeKeyMetadata(made, context)),
      ReplicaPolicy: policyOf(made).document,
      ReplicaTags: made.tags.length > 0 ? tagsOf(made) : undefined,
    }
  },
})

const tagsOf = ({ tags }: KmsKey) => tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }))

/** A new replica as ReplicateKey answers it at AWS, where it is made after the answer. Here it can be used at once, and DescribeKey says so. */
function asCreating({ CurrentKeyMaterialId: _, ...metadata }: Awaited<ReturnType<typeof describeKeyMetadata>>) {
  return { ...metadata, Enabled: false, KeyState: 'Creating' as const }
}

/** The same key in another Region: id, material and rotation are common, everything else is its own. Imported material is imported again. */
function replicaOf(key: KmsKey, region: string, context: KmsContext): KmsKey {
  const place = { account: key.account, region, keyId: key.keyId }
  const there = (info: KeyMaterial): KeyMaterial => {
    const material = key.origin === 'AWS_KMS' ? readMaterial(key, info.version, context) : undefined
    return { ...info, sealed: material && sealMaterial(place, info.version, material, context.material) }
  }
  return {
    ...key,
    ...place,
    arn: keyArn(region, key.account, key.keyId),
    state: 'Enabled',
    createdAt: context.now,
    materials: key.materials.map(there),
    policy: undefined,
    deletion: undefined,
    aliases: [],
    hasGrants: false,
    revision: 1,
  }
}
