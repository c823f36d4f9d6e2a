import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CreateRoleCommand, IAMClient, ListUsersCommand, SimulateCustomPolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { integer, list, required, type StructureShape, string, structure } from '../shape.ts'
import { decodeForm } from './decode-form.ts'
import { parseForm } from './form.ts'

const tag = structure({ Key: required(string()), Value: string() }, 'Tag')

describe("what AWS's clients send is decoded to what they were given", () => {
  /** Sends with an official client, and reads what it sent. */
  async function sent<T>(input: StructureShape<T>, send: (handler: object) => Promise<unknown>): Promise<T> {
    let body = ''
    const handler = {
      async handle(request: { body: string }) {
        body = request.body
        throw new Error('not sent')
      },
    }
    await send(handler).catch(() => undefined)
    return decodeForm(input, parseForm(body))
  }
  const options = (requestHandler: object) => ({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: requestHandler as { handle(): Promise<never> },
  })

  test('AssumeRole', async () => {
    const input = {
      RoleArn: 'arn:aws:iam::123456789012:role/ä b',
      RoleSessionName: 'a+b=c',
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }, { arn: 'arn:aws:iam::123456789012:policy/p' }],
      Policy: '{"Version":"2012-10-17","Statement":[]}\n',
      DurationSeconds: 900,
      Tags: Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: index % 2 ? '' : '🔑 &=%' })),
      TransitiveTagKeys: [],
    }
    const type = structure({
      RoleArn: required(string()),
      RoleSessionName: required(string()),
      PolicyArns: list(structure({ arn: string() })),
      Policy: string(),
      DurationSeconds: integer(),
      Tags: list(tag),
      TransitiveTagKeys: list(string()),
      ExternalId: string(),
    })
    assert.deepEqual(
      await sent(type, (handler) => new STSClient(options(handler)).send(new AssumeRoleCommand(input))),
      input,
    )
  })

  test('CreateRole, ListUsers and SimulateCustomPolicy', async () => {
    const role = {
      RoleName: 'r',
      AssumeRolePolicyDocument: '{}',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'k', Value: 'v' }],
    }
    const roleType = structure({
      RoleName: string(),
      AssumeRolePolicyDocument: string(),
      MaxSessionDuration: integer(),
      Tags: list(tag),
    })
    assert.deepEqual(
      await sent(roleType, (handler) => new IAMClient(options(handler)).send(new CreateRoleCommand(role))),
      role,
    )

    const page = { Marker: 'a/b+c==', MaxItems: 1000 }
    const pageType = structure({ Marker: string(), MaxItems: integer() })
    assert.deepEqual(
      await sent(pageType, (handler) => new IAMClient(options(handler)).send(new ListUsersCommand(page))),
      page,
    )

    const simulation = {
      PolicyInputList: ['{}'],
      ActionNames: ['s3:*', 'iam:GetUser'],
      ContextEntries: [
        { ContextKeyName: 'aws:x', ContextKeyValues: ['1', '2'], ContextKeyType: 'stringList' as const },
      ],
    }
    const entry = structure({ ContextKeyName: string(), ContextKeyValues: list(string()), ContextKeyType: string() })
    const simulationType = structure({
      PolicyInputList: list(string()),
      ActionNames: list(string()),
      ContextEntries: list(entry),
    })
    assert.deepEqual(
      await sent(simulationType, (handler) =>
        new IAMClient(options(handler)).send(new SimulateCustomPolicyCommand(simulation)),
      ),
      simulation,
    )
  })
})
