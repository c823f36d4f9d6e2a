import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { cleanEnvironment, clientOf, iamOf, readCredentials, serve, temporaryFolder } from './coffer.ts'

// As in a pod: nobody holds an access key. The SDK finds a token in a file, STS takes it because the account trusts its issuer, and the issuer's
// keys come over TLS from the issuer, or from a file.

const PEM = fileURLToPath(new URL('tls/server.pem', import.meta.url))
const KEY = fileURLToPath(new URL('tls/server-key.pem', import.meta.url))
const SUBJECT = 'system:serviceaccount:shop:web'

/** An OpenID Connect issuer on this machine. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] }
  const asked: string[] = []
  const server = createServer({ cert: readFileSync(PEM), key: readFileSync(KEY) }, ({ url = '' }, response) => {
    asked.push(url)
    const configuration = { issuer, jwks_uri: `${issuer}/keys` }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(url === '/keys' ? jwks : configuration))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    jwks,
    asked,
    token: (sub: string) =>
      new SignJWT({ sub, aud: 'sts.amazonaws.com', iss: issuer })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const READ = `
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
const { SecretString } = await new SecretsManager({}).getSecretValue({ SecretId: 'shop/db' })
console.log(SecretString)
`

/** What a program prints that reads the secret with the SDK as it comes: everything it knows is in its environment. */
async function readAsPod(url: string, roleArn: string, tokenFile: string): Promise<string> {
  const env = {
    ...cleanEnvironment(),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-central-1',
    AWS_ROLE_ARN: roleArn,
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  }
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', READ], { env, cwd })
  return stdout.trim()
}

async function setUp(server: { readonly url: string }, folder: string, issuer: string): Promise<string> {
  const iam = iamOf(server, readCredentials(join(folder, 'data.credentials')))
  await clientOf(server, folder).createSecret({ Name: 'shop/db', SecretString: 'value' })
  const provider = await iam.createOpenIDConnectProvider({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] })
  const name = issuer.replace('https://', '')
  const { Role } = await iam.createRole({
    RoleName: 'web',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: provider.OpenIDConnectProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${name}:sub`]: SUBJECT, [`${name}:aud`]: 'sts.amazonaws.com' } },
      },
    }),
  })
  const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement })
  await iam.putRolePolicy({ RoleName: 'web', PolicyName: 'read', PolicyDocument })
  return Role?.Arn ?? ''
}

describe('a web identity', () => {
  test('reads a secret through the SDK as it comes, with keys from the issuer', async () => {
    await using issuer = await startIssuer()
    using folder = temporaryFolder()
    await using server = await serve(folder.path, [], { env: { NODE_EXTRA_CA_CERTS: PEM } })
    const role = await setUp(server, folder.path, issuer.issuer)
    const file = join(folder.path, 'token')
    writeFileSync(file, await issuer.token(SUBJECT))
    assert.equal(await readAsPod(server.url, role, file), 'value')
    assert.deepEqual(issuer.asked, ['/.well-known/openid-configuration', '/keys'])

    writeFileSync(file, await issuer.token('system:serviceaccount:shop:other'))
    await assert.rejects(readAsPod(server.url, role, file), /Not authorized to perform sts:AssumeRoleWithWebIdentity/)
  })

  test('is refused while nobody vouches for the certificate of its issuer, and the operator is told', async () => {
    await using issuer = await startIssuer()
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    const role = await setUp(server, folder.path, issuer.issuer)
    const file = join(folder.path, 'token')
    writeFileSync(file, await issuer.token(SUBJECT))
    await assert.rejects(readAsPod(server.url, role, file), /Couldn't retrieve verification key/)
    assert.match(await server.said(/the keys of a token issuer cannot be had/), /"issuer":"https:\/\/localhost:\d+"/)
    assert.deepEqual(issuer.asked, [])
  })

  test('is known by keys in a file, and its issuer is never asked', async () => {
    await using issuer = await startIssuer()
    using folder = temporaryFolder()
    const keys = join(folder.path, 'keys.json')
    writeFileSync(keys, JSON.stringify(issuer.jwks))
    await using server = await serve(folder.path, ['--oidc-keys', `${issuer.issuer}=${keys}`])
    const role = await setUp(server, folder.path, issuer.issuer)
    const file = join(folder.path, 'token')
    writeFileSync(file, await issuer.token(SUBJECT))
    assert.equal(await readAsPod(server.url, role, file), 'value')
    assert.deepEqual(issuer.asked, [])
  })
})
