import { join } from 'node:path'
import { IAM } from '@aws-sdk/client-iam'
import { type Credentials, clientOf, type Ended, readCredentials, runCoffer, serve, temporaryFolder } from './coffer.ts'

export interface StaffedCoffer extends AsyncDisposable {
  readonly url: string
  /** Where its data directory lies, with the administrator's credentials beside it. */
  readonly folder: string
  readonly account: string
  /** ARN of the secret `prod/db`, whose tag `team` is `red`; in `REGION`. */
  readonly secret: string
  readonly administrator: Credentials
  readonly bob: Credentials
  /** Variables with which a command asks as somebody. */
  environmentOf(keys: Credentials): Record<string, string>
  /** Runs a command as the administrator. */
  ask(args: readonly string[]): Promise<Ended>
}

const GET = 'secretsmanager:GetSecretValue'

/** What each user may do. A value in carol's policy would steer a terminal. */
const statements: Readonly<Record<string, object>> = {
  alice: { Sid: 'ReadProd', Effect: 'Allow', Action: GET, Resource: 'arn:aws:secretsmanager:*:*:secret:prod/*' },
  bob: {
    Sid: 'ReadTeam',
    Effect: 'Allow',
    Action: GET,
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } },
  },
  carol: {
    Effect: 'Allow',
    Action: GET,
    Resource: '*',
    Condition: {
      IpAddress: { 'aws:SourceIp': '192.0.2.0/24' },
      StringNotEquals: { 'aws:UserAgent': '\x1b[2J\x9b31m' },
    },
  },
  dave: { Effect: 'Deny', Action: '*', Resource: '*' },
  erin: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
}

/** A server that enforces policies, with one secret and people who may or may not read it. */
export async function staffedCoffer(): Promise<StaffedCoffer> {
  const folder = temporaryFolder()
  const server = await serve(folder.path)
  const administrator = readCredentials(join(folder.path, 'data.credentials'))
  const iam = new IAM({ endpoint: server.url, region: 'us-east-1', credentials: administrator, maxAttempts: 1 })
  const secret = { Name: 'prod/db', SecretString: 'value', Tags: [{ Key: 'team', Value: 'red' }] }
  const { ARN = '' } = await clientOf(server, administrator).createSecret(secret)
  for (const [UserName, statement] of Object.entries(statements)) {
    await iam.createUser({ UserName })
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    await iam.putUserPolicy({ UserName, PolicyName: `policy-of-${UserName}`, PolicyDocument })
  }
  const { AccessKey } = await iam.createAccessKey({ UserName: 'bob' })
  const environmentOf = ({ accessKeyId, secretAccessKey }: Credentials) => ({
    COFFER_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  })
  return {
    url: server.url,
    folder: folder.path,
    account: ARN.split(':')[4] ?? '',
    secret: ARN,
    administrator,
    bob: { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' },
    environmentOf,
    ask: (args) => runCoffer(args, { env: environmentOf(administrator) }),
    async [Symbol.asyncDispose]() {
      await server.stop()
      folder[Symbol.dispose]()
    },
  }
}

/** Whether a text fits so many columns, apart from what cannot be broken. */
export const fits = (text: string, columns: number) =>
  text.split('\n').every((line) => line.length <= columns || /^(Usage: .*|\s*\S+)$/.test(line))
