import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DeleteUserCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetRoleCommand,
  IAMClient,
  ListUsersCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { blob, boolean, integer, list, map, type StructureShape, string, structure, timestamp } from '../shape.ts'
import { encodeXmlOutput } from './encode-xml.ts'

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'
const ID = '0f1e2d3c-0000-4000-8000-000000000000'

const encode = (shape: StructureShape<unknown> | undefined, output: object | undefined, operation = 'GetX') =>
  encodeXmlOutput({ operation, namespace: NAMESPACE, requestId: ID }, shape, output)

/** What stands in the Result element. */
function resultOf(shape: StructureShape<unknown>, output: object): string {
  const xml = encode(shape, output)
  assert.match(xml, /<GetXResult(\/>|>.*<\/GetXResult>)<ResponseMetadata>/s)
  return /<GetXResult>(.*)<\/GetXResult>/s.exec(xml)?.[1] ?? ''
}

const METADATA = `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata>`
const frame = (content: string) => `<GetXResponse xmlns="${NAMESPACE}">${content}${METADATA}</GetXResponse>`

describe('an answer', () => {
  test('has its result and the id of the request, in the namespace of the service', () => {
    assert.equal(
      encode(structure({ Account: string() }), { Account: '123456789012' }),
      frame('<GetXResult><Account>123456789012</Account></GetXResult>'),
    )
  })

  test('has no result where there is no output, and an empty one where the output is empty', () => {
    assert.equal(encode(undefined, undefined), frame(''))
    assert.equal(encode(undefined, { Name: 'unasked' }), frame(''))
    assert.equal(encode(structure({}), undefined), frame('<GetXResult/>'))
    assert.equal(encode(structure({ Name: string() }), {}), frame('<GetXResult/>'))
  })

  test('has its members in the order of the shape, and no others', () => {
    const shape = structure({ A: string(), B: string(), C: string() })
    assert.equal(resultOf(shape, { C: 'c', Secret: 's', A: 'a', B: undefined }), '<A>a</A><C>c</C>')
    assert.equal(resultOf(shape, { A: null, B: '' }), '<B/>')
  })

  test('writes each kind of value as AWS does', () => {
    const inside = new Uint8Array([0, 1, 255, 0]).subarray(1, 3)
    const kinds: readonly [shape: Parameters<typeof list>[0], value: unknown, xml: string][] = [
      [string(), 'x', '<V>x</V>'],
      [integer(), 0, '<V>0</V>'],
      [integer(), -12, '<V>-12</V>'],
      [boolean(), false, '<V>false</V>'],
      [blob(), inside, '<V>Af8=</V>'],
      [blob(), new Uint8Array(), '<V/>'],
      [timestamp(), new Date('2026-01-02T03:04:05.678Z'), '<V>2026-01-02T03:04:05Z</V>'],
      [timestamp(), new Date(0), '<V>1970-01-01T00:00:00Z</V>'],
      [list(string()), ['a', ''], '<V><member>a</member><member/></V>'],
      [list(string()), [], '<V/>'],
      [list(list(integer())), [[1], []], '<V><member><member>1</member></member><member/></V>'],
      [
        structure({ Y: integer(), Z: list(timestamp()) }),
        { Z: [new Date(0)], Y: 1 },
        '<V><Y>1</Y><Z><member>1970-01-01T00:00:00Z</member></Z></V>',
      ],
      [structure({ Y: string() }), {}, '<V/>'],
      [
        map(string(), integer()),
        { a: 1, '<b>': 2 },
        '<V><entry><key>a</key><value>1</value></entry><entry><key>&lt;b&gt;</key><value>2</value></entry></V>',
      ],
      [
        map(string(), integer()),
        JSON.parse('{"__proto__":1}'),
        '<V><entry><key>__proto__</key><value>1</value></entry></V>',
      ],
    ]
    for (const [shape, value, xml] of kinds) assert.equal(resultOf(structure({ V: shape }), { V: value }), xml)
  })

  test('escapes what XML would read as its own', () => {
    assert.equal(
      resultOf(structure({ V: string() }), { V: '</V>&amp; "]]>" <!-- \r\n\t' }),
      '<V>&lt;/V&gt;&amp;amp; &quot;]]&gt;&quot; &lt;!-- &#xD;\n\t</V>',
    )
  })
})

describe("an answer comes out of AWS's client as it went in", () => {
  const options = (xml: string) => ({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: Buffer.from(xml) } }),
    },
  })
  const at = new Date('2026-01-02T03:04:05Z')
  /** Without what the client adds about the request. */
  function outputOf({ $metadata, ...output }: { $metadata: object }): object {
    assert.ok($metadata)
    return output
  }

  test('AssumeRole', async () => {
    const shape = structure({
      Credentials: structure({
        AccessKeyId: string(),
        SecretAccessKey: string(),
        SessionToken: string(),
        Expiration: timestamp(),
      }),
      AssumedRoleUser: structure({ AssumedRoleId: string(), Arn: string() }),
      PackedPolicySize: integer(),
    })
    const output = {
      Credentials: {
        AccessKeyId: 'ASIAEXAMPLE',
        SecretAccessKey: 'a/b+c',
        SessionToken: 'x=='.repeat(500),
        Expiration: at,
      },
      AssumedRoleUser: { AssumedRoleId: 'AROAEXAMPLE:s', Arn: 'arn:aws:sts::123456789012:assumed-role/r/s' },
      PackedPolicySize: 6,
    }
    const client = new STSClient(options(encode(shape, output, 'AssumeRole')))
    const answer = await client.send(new AssumeRoleCommand({ RoleArn: 'r', RoleSessionName: 's' }))
    assert.deepEqual(outputOf(answer), output)
  })

  test('GetRole and ListUsers, with awkward texts', async () => {
    const description = 'a <b> & "c"\r\nd ]]> é 🔑  '
    const role = structure({
      Role: structure({
        RoleName: string(),
        CreateDate: timestamp(),
        Description: string(),
        MaxSessionDuration: integer(),
        Tags: list(structure({ Key: string(), Value: string() })),
        RoleLastUsed: structure({ LastUsedDate: timestamp() }),
      }),
    })
    const Tags = [
      { Key: 'k', Value: '' },
      { Key: '<', Value: "'" },
    ]
    const one = { Role: { RoleName: 'r', CreateDate: at, Description: description, MaxSessionDuration: 3600, Tags } }
    const getRole = new IAMClient(options(encode(role, one, 'GetRole')))
    assert.deepEqual(outputOf(await getRole.send(new GetRoleCommand({ RoleName: 'r' }))), one)

    const users = structure({
      Users: list(structure({ UserName: string() })),
      IsTruncated: boolean(),
      Marker: string(),
    })
    for (const Users of [[], [{ UserName: 'a' }], [{ UserName: 'a' }, { UserName: 'b' }]]) {
      const page = { Users, IsTruncated: true, Marker: 'a/b+c==' }
      const listUsers = new IAMClient(options(encode(users, page, 'ListUsers')))
      assert.deepEqual(outputOf(await listUsers.send(new ListUsersCommand())), page)
    }
  })

  test('GetAccountSummary, a map, and GetCredentialReport, bytes', async () => {
    const summary = { SummaryMap: { Users: 32, AccessKeysPerUserQuota: 2 } }
    const xml = encode(structure({ SummaryMap: map(string(), integer()) }), summary, 'GetAccountSummary')
    assert.deepEqual(outputOf(await new IAMClient(options(xml)).send(new GetAccountSummaryCommand())), summary)

    const report = encode(structure({ Content: blob() }), { Content: Buffer.from('a,b\n') }, 'GetCredentialReport')
    const { Content } = await new IAMClient(options(report)).send(new GetCredentialReportCommand())
    assert.equal(Buffer.from(Content ?? []).toString(), 'a,b\n')
  })

  test('answers without members', async () => {
    const deleted = new IAMClient(options(encode(undefined, undefined, 'DeleteUser')))
    assert.deepEqual(outputOf(await deleted.send(new DeleteUserCommand({ UserName: 'u' }))), {})
    const updated = new IAMClient(options(encode(structure({}), {}, 'UpdateRole')))
    assert.deepEqual(outputOf(await updated.send(new UpdateRoleCommand({ RoleName: 'r' }))), {})
  })
})
