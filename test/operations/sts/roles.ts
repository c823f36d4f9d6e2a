import type { CreateRoleCommandInput } from '@aws-sdk/client-iam'
import type { AssumeRoleCommandInput, Credentials } from '@aws-sdk/client-sts'
import type { TestApp } from '../../start-app.ts'

export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'

/** A policy document with one statement that allows. */
export const allow = (Action: string | string[], rest: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*', ...rest }] })

/** A trust policy with one statement that allows. */
export const trust = (Principal: object | string, Action: string | string[] = 'sts:AssumeRole', rest: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, ...rest }] })

export interface RoleOptions extends Partial<CreateRoleCommandInput> {
  /** Inline policy. Default: everything is allowed. */
  readonly policy?: string
}

/** Makes a role; anybody of the account may assume it whom identity policies let, unless its trust policy says otherwise. Returns its ARN. */
export async function createRole(app: TestApp, RoleName: string, options: RoleOptions = {}): Promise<string> {
  const { policy = allow('*'), ...rest } = options
  const AssumeRolePolicyDocument = trust({ AWS: app.account }, [
    'sts:AssumeRole',
    'sts:TagSession',
    'sts:SetSourceIdentity',
  ])
  const { Role } = await app.iam.createRole({ RoleName, AssumeRolePolicyDocument, ...rest })
  await app.iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: policy })
  return Role?.Arn ?? ''
}

/** Credentials of STS as clients take them. */
export function usable(credentials: Credentials | undefined) {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

/** Credentials of a new session of a role. */
export async function assume(
  app: TestApp,
  RoleArn: string,
  options: Partial<AssumeRoleCommandInput> & { by?: ReturnType<typeof usable> } = {},
) {
  const { by, ...rest } = options
  const client = by ? app.stsFor({ credentials: by }) : app.sts
  return usable((await client.assumeRole({ RoleArn, RoleSessionName: 'session', ...rest })).Credentials)
}

/** What a caller is told whom a layer of policies does not allow an action of STS; the text is the facts', not that of src/. */
export const denied = (caller: string, action: string, role: string, layer: string) => ({
  name: 'AccessDenied',
  message: `User: ${caller} is not authorized to perform: sts:${action} on resource: ${role} because no ${layer} allows the sts:${action} action`,
})
