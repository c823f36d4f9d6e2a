import type { TokenIssuer } from '../operations/sts/token-issuer.ts'
import { ADMINISTRATOR, type TestApp } from '../start-app.ts'
import type { Example } from './example.ts'

const trust = (Principal: object, Action: readonly string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal, Action } })

/** Examples of STS, one of each operation. */
export async function stsExamples(app: TestApp, issuer: TokenIssuer): Promise<Example[]> {
  const { iam, account } = app
  const Federated = await issuer.register(app)
  const role = async (RoleName: string, AssumeRolePolicyDocument: string) =>
    (await iam.createRole({ RoleName, AssumeRolePolicyDocument })).Role?.Arn ?? ''
  const visited = await role('visited', trust({ AWS: account }, ['sts:AssumeRole', 'sts:SetSourceIdentity']))
  const federated = await role('federated', trust({ Federated }, ['sts:AssumeRoleWithWebIdentity']))
  const of = (operation: string, input: object): Example => ({ service: 'sts', operation, input })
  return [
    of('GetCallerIdentity', {}),
    of('GetAccessKeyInfo', { AccessKeyId: ADMINISTRATOR.accessKeyId }),
    of('GetSessionToken', { DurationSeconds: 900 }),
    of('AssumeRole', { RoleArn: visited, RoleSessionName: 'visit', DurationSeconds: 900, SourceIdentity: 'alice' }),
    of('AssumeRoleWithWebIdentity', {
      RoleArn: federated,
      RoleSessionName: 'web',
      WebIdentityToken: await issuer.token(),
    }),
  ]
}

/** Examples of CloudTrail, one of each operation. */
export function cloudTrailExamples(): Example[] {
  const of = (operation: string, input: object): Example => ({ service: 'cloudtrail', operation, input })
  return [
    of('LookupEvents', {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'GetSecretValue' }],
      StartTime: new Date(0),
      MaxResults: 5,
    }),
    of('DescribeTrails', {}),
    of('ListTrails', {}),
  ]
}

/** Examples of what AWS does not have. */
export async function cofferExamples({ client, account }: TestApp): Promise<Example[]> {
  const { ARN: ResourceArn } = await client.createSecret({ Name: 'explained', SecretString: 'x' })
  const PrincipalArn = `arn:aws:iam::${account}:user/administrator`
  const of = (operation: string, input: object): Example => ({ service: 'coffer', operation, input })
  return [
    of('ExplainAccess', { PrincipalArn, Action: 'secretsmanager:GetSecretValue', ResourceArn }),
    of('ListSecretReaders', { SecretId: 'explained' }),
    of('DescribeKeyring', {}),
    of('RotateKeyring', { Purposes: ['page-token'] }),
  ]
}
