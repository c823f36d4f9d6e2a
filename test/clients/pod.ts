import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { IAM } from '@aws-sdk/client-iam'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { TemporaryServer } from '../../examples/demo/server.ts'

const ISSUER = 'issuer.example'
const AUDIENCE = 'sts.amazonaws.com'
const SUBJECT = 'system:serviceaccount:shop:app'
const REGION = 'eu-central-1'

/** What a pod of Kubernetes has: a token in a file. `serverOptions` make a server trust the key that signed it. */
export interface Pod {
  readonly serverOptions: readonly string[]
  readonly tokenFile: string
}

/** What the tests of the Go SDK read, and as which role. */
export interface PodAccess {
  readonly secretName: string
  readonly roleArn: string
}

/** Writes a token and the key set of its issuer into `folder`. */
export async function preparePod(folder: string): Promise<Pod> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keysFile = join(folder, 'jwks.json')
  const tokenFile = join(folder, 'token')
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  writeFileSync(keysFile, JSON.stringify({ keys: [key] }))
  const token = new SignJWT({ sub: SUBJECT, aud: AUDIENCE, iss: `https://${ISSUER}` })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuedAt()
    .setExpirationTime('2h')
  writeFileSync(tokenFile, await token.sign(privateKey), { mode: 0o600 })
  return { serverOptions: ['--oidc-keys', `https://${ISSUER}=${keysFile}`], tokenFile }
}

/** Makes a secret, and a role that may read it: for the pod, and for the account's own users. */
export async function createPodAccess({ url, credentials }: TemporaryServer, account: string): Promise<PodAccess> {
  const settings = { endpoint: url, region: REGION, credentials }
  const iam = new IAM(settings)
  const secretName = 'pod/db'
  await new SecretsManager(settings).createSecret({ Name: secretName, SecretString: 'value' })
  const provider = await iam.createOpenIDConnectProvider({ Url: `https://${ISSUER}`, ClientIDList: [AUDIENCE] })
  const { Role } = await iam.createRole({
    RoleName: 'pod',
    AssumeRolePolicyDocument: policy(
      {
        Effect: 'Allow',
        Principal: { Federated: provider.OpenIDConnectProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${ISSUER}:sub`]: SUBJECT, [`${ISSUER}:aud`]: AUDIENCE } },
      },
      { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
    ),
  })
  const read = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }
  await iam.putRolePolicy({ RoleName: 'pod', PolicyName: 'read', PolicyDocument: policy(read) })
  return { secretName, roleArn: Role?.Arn ?? '' }
}

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
