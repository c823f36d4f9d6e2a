import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { kms } = app

async function makeKey(members: Parameters<typeof kms.createKey>[0] = {}) {
  const { KeyMetadata } = await kms.createKey(members)
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}

const stateOf = async (KeyId: string) => (await kms.describeKey({ KeyId })).KeyMetadata?.KeyState

// Security facts 4.6: operations by the state of the key, and what they answer.
describe('operations by the state of the key', () => {
  const ok = undefined
  const dis = 'DisabledException'
  const inv = 'KMSInvalidStateException'
  type Call = (KeyId: string) => Promise<unknown>
  let unique = 0
  /** An alias that leads to another key so far. */
  const newAlias = async () => {
    const AliasName = `alias/moved-${unique++}`
    await kms.createAlias({ AliasName, TargetKeyId: (await makeKey()).id })
    return AliasName
  }
  const aliasOf = (id: string) => `alias/of-${id}`
  const policyOf = async (KeyId: string) => (await kms.getKeyPolicy({ KeyId })).Policy
  const bytes = { Plaintext: Buffer.from('x') }
  const tag = { TagKey: 'a', TagValue: 'b' }

  const rows: readonly [operation: string, call: Call, expected: readonly (string | undefined)[]][] = [
    ['Encrypt', (KeyId) => kms.encrypt({ KeyId, ...bytes }), [ok, dis, inv, inv]],
    ['GenerateDataKey', (KeyId) => kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }), [ok, dis, inv, inv]],
    ['RotateKeyOnDemand', (KeyId) => kms.rotateKeyOnDemand({ KeyId }), [ok, dis, inv, inv]],
    ['EnableKeyRotation', (KeyId) => kms.enableKeyRotation({ KeyId }), [ok, dis, inv, inv]],
    ['DisableKeyRotation', (KeyId) => kms.disableKeyRotation({ KeyId }), [ok, dis, inv, inv]],
    ['ReplicateKey', (KeyId) => kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' }), [ok, dis, inv, inv]],
    [
      'CreateAlias',
      (TargetKeyId) => kms.createAlias({ AliasName: `alias/state-${unique++}`, TargetKeyId }),
      [ok, ok, inv, ok],
    ],
    [
      'UpdateAlias',
      async (TargetKeyId) => kms.updateAlias({ AliasName: await newAlias(), TargetKeyId }),
      [ok, ok, inv, ok],
    ],
    ['DeleteAlias', (id) => kms.deleteAlias({ AliasName: aliasOf(id) }), [ok, ok, ok, ok]],
    ['TagResource', (KeyId) => kms.tagResource({ KeyId, Tags: [tag] }), [ok, ok, inv, ok]],
    ['UntagResource', (KeyId) => kms.untagResource({ KeyId, TagKeys: ['a'] }), [ok, ok, inv, ok]],
    ['UpdateKeyDescription', (KeyId) => kms.updateKeyDescription({ KeyId, Description: 'd' }), [ok, ok, inv, ok]],
    ['PutKeyPolicy', async (KeyId) => kms.putKeyPolicy({ KeyId, Policy: await policyOf(KeyId) }), [ok, ok, ok, ok]],
    ['DescribeKey', (KeyId) => kms.describeKey({ KeyId }), [ok, ok, ok, ok]],
    ['GetKeyPolicy', (KeyId) => kms.getKeyPolicy({ KeyId }), [ok, ok, ok, ok]],
    ['ListKeyPolicies', (KeyId) => kms.listKeyPolicies({ KeyId }), [ok, ok, ok, ok]],
    ['ListResourceTags', (KeyId) => kms.listResourceTags({ KeyId }), [ok, ok, ok, ok]],
    ['ListAliases', (KeyId) => kms.listAliases({ KeyId }), [ok, ok, ok, ok]],
    ['GetKeyRotationStatus', (KeyId) => kms.getKeyRotationStatus({ KeyId }), [ok, ok, ok, ok]],
    ['ListKeyRotations', (KeyId) => kms.listKeyRotations({ KeyId }), [ok, ok, ok, ok]],
    ['EnableKey', (KeyId) => kms.enableKey({ KeyId }), [ok, ok, inv, inv]],
    ['DisableKey', (KeyId) => kms.disableKey({ KeyId }), [ok, ok, inv, inv]],
    ['ScheduleKeyDeletion', (KeyId) => kms.scheduleKeyDeletion({ KeyId }), [ok, ok, inv, ok]],
    ['CancelKeyDeletion', (KeyId) => kms.cancelKeyDeletion({ KeyId }), [inv, inv, ok, inv]],
  ]
  const states = {
    Enabled: async () => {},
    Disabled: (KeyId: string) => kms.disableKey({ KeyId }),
    PendingDeletion: (KeyId: string) => kms.scheduleKeyDeletion({ KeyId }),
    PendingImport: async () => {},
  }
  const texts: Readonly<Record<string, string>> = {
    Disabled: 'is disabled.',
    PendingDeletion: 'is pending deletion.',
    PendingImport: 'is pending import.',
  }
  for (const [operation, call, expected] of rows)
    for (const [index, [state, bring]] of Object.entries(states).entries())
      test(`${operation}, ${state}: ${expected[index] ?? 'done'}`, async () => {
        const { id, arn } = await makeKey({
          MultiRegion: true,
          Origin: state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS',
        })
        await kms.createAlias({ AliasName: aliasOf(id), TargetKeyId: id })
        await bring(id)
        assert.equal(await stateOf(id), state)
        const name = expected[index]
        if (name === undefined) {
          await call(id)
          return
        }
        const text = operation === 'CancelKeyDeletion' ? 'is not pending deletion.' : texts[state]
        await assert.rejects(call(id), { name, message: `${arn} ${text}` })
        assert.equal(await stateOf(id), state)
      })
})
