import type { TestApp } from '../start-app.ts'
import type { Example } from './example.ts'

const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement })
const PolicyDocument = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' })
const PolicyName = 'inline'
const Tags = [{ Key: 'Team', Value: 'Blue' }]
const TagKeys = ['Team']
const ABSENT = { refused: 'NoSuchEntityException' }

/** Examples of IAM, one of each operation. */
export async function iamExamples({ iam, account }: TestApp): Promise<Example[]> {
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
  })
  for (const UserName of ['user', 'gone']) await iam.createUser({ UserName })
  for (const GroupName of ['group', 'gone']) await iam.createGroup({ GroupName })
  for (const RoleName of ['role', 'gone']) await iam.createRole({ RoleName, AssumeRolePolicyDocument })
  for (const InstanceProfileName of ['profile', 'gone']) await iam.createInstanceProfile({ InstanceProfileName })
  const policy = async (PolicyName: string) =>
    (await iam.createPolicy({ PolicyName, PolicyDocument })).Policy?.Arn ?? ''
  const [PolicyArn, removed] = [await policy('policy'), await policy('gone')]
  await iam.createPolicyVersion({ PolicyArn, PolicyDocument })
  await iam.createPolicyVersion({ PolicyArn, PolicyDocument })
  const provider = async (host: string) =>
    (await iam.createOpenIDConnectProvider({ Url: `https://${host}`, ClientIDList: ['first', 'second'] }))
      .OpenIDConnectProviderArn ?? ''
  const [issuer, closed] = [await provider('issuer.example'), await provider('closed.example')]
  const accessKey = async () => (await iam.createAccessKey({ UserName: 'user' })).AccessKey?.AccessKeyId ?? ''
  const key = await accessKey()
  const ofUser = { UserName: 'user' }
  const ofGroup = { GroupName: 'group' }
  const ofRole = { RoleName: 'role' }
  const ofProfile = { InstanceProfileName: 'profile' }
  const of = (operation: string, input: object, rest: Partial<Example> = {}): Example => ({
    service: 'iam',
    operation,
    input,
    ...rest,
  })
  const kinds = [
    ['User', ofUser],
    ['Group', ofGroup],
    ['Role', ofRole],
  ] as const
  const tagged = [
    ['User', ofUser],
    ['Role', ofRole],
    ['InstanceProfile', ofProfile],
    ['Policy', { PolicyArn }],
    ['OpenIDConnectProvider', { OpenIDConnectProviderArn: issuer }],
  ] as const
  const source = { PolicySourceArn: `arn:aws:iam::${account}:user/user` }
  const ActionNames = ['s3:GetObject']
  return [
    ...tagged.flatMap(([kind, named]) => [
      of(`Tag${kind}`, { ...named, Tags }),
      of(`List${kind}Tags`, named),
      of(`Untag${kind}`, { ...named, TagKeys }),
    ]),
    ...kinds.flatMap(([kind, named]) => [
      of(`Put${kind}Policy`, { ...named, PolicyName, PolicyDocument }),
      of(`Get${kind}Policy`, { ...named, PolicyName }),
      of(`List${kind}Policies`, named),
      of(`Attach${kind}Policy`, { ...named, PolicyArn }),
      of(`ListAttached${kind}Policies`, named),
      ...(kind === 'User' ? [of('ListEntitiesForPolicy', { PolicyArn })] : []),
      of(`Detach${kind}Policy`, { ...named, PolicyArn }),
      of(`Delete${kind}Policy`, { ...named, PolicyName }),
      of(`Get${kind}`, named),
      of(`List${kind}s`, { PathPrefix: '/', MaxItems: 10 }),
    ]),
    ...(['User', 'Role'] as const).flatMap((kind) => {
      const named = kind === 'User' ? ofUser : ofRole
      return [
        of(`Put${kind}PermissionsBoundary`, { ...named, PermissionsBoundary: PolicyArn }),
        of(`Delete${kind}PermissionsBoundary`, named),
      ]
    }),
    of('CreateUser', { UserName: 'made', Path: '/team/', Tags }),
    of('UpdateUser', { UserName: 'made', NewUserName: 'renamed' }),
    of('DeleteUser', { UserName: 'gone' }),
    of('CreateAccessKey', ofUser),
    of('UpdateAccessKey', { ...ofUser, AccessKeyId: key, Status: 'Inactive' }),
    of('ListAccessKeys', ofUser),
    of('GetAccessKeyLastUsed', { AccessKeyId: key }),
    of('DeleteAccessKey', { ...ofUser, AccessKeyId: key }),
    of('CreateGroup', { GroupName: 'made' }),
    of('UpdateGroup', { GroupName: 'made', NewGroupName: 'renamed' }),
    of('DeleteGroup', { GroupName: 'gone' }),
    of('AddUserToGroup', { ...ofUser, ...ofGroup }),
    of('ListGroupsForUser', ofUser),
    of('RemoveUserFromGroup', { ...ofUser, ...ofGroup }),
    of('CreateRole', { RoleName: 'made', AssumeRolePolicyDocument, MaxSessionDuration: 7200, Tags }),
    of('UpdateRole', { ...ofRole, Description: 'Changed', MaxSessionDuration: 3600 }),
    of('UpdateRoleDescription', { ...ofRole, Description: 'Changed again' }),
    of('UpdateAssumeRolePolicy', { ...ofRole, PolicyDocument: AssumeRolePolicyDocument }),
    of('DeleteRole', { RoleName: 'gone' }),
    of('CreateInstanceProfile', { InstanceProfileName: 'made', Path: '/team/', Tags }),
    of('AddRoleToInstanceProfile', { ...ofProfile, ...ofRole }),
    of('GetInstanceProfile', ofProfile),
    of('ListInstanceProfiles', { PathPrefix: '/', MaxItems: 10 }),
    of('ListInstanceProfilesForRole', ofRole),
    of('RemoveRoleFromInstanceProfile', { ...ofProfile, ...ofRole }),
    of('DeleteInstanceProfile', { InstanceProfileName: 'gone' }),
    of('CreatePolicy', { PolicyName: 'made', PolicyDocument, Description: 'A new one' }),
    of('GetPolicy', { PolicyArn }),
    of('ListPolicies', { Scope: 'Local' }),
    of('DeletePolicy', { PolicyArn: removed }),
    of('CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true }),
    of('GetPolicyVersion', { PolicyArn, VersionId: 'v1' }),
    of('ListPolicyVersions', { PolicyArn }),
    of('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v1' }),
    of('DeletePolicyVersion', { PolicyArn, VersionId: 'v3' }),
    of('CreateOpenIDConnectProvider', { Url: 'https://made.example', ClientIDList: ['first'], Tags }),
    of('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: issuer }),
    of('ListOpenIDConnectProviders', {}),
    of('UpdateOpenIDConnectProviderThumbprint', {
      OpenIDConnectProviderArn: issuer,
      ThumbprintList: ['0123456789abcdef0123456789abcdef01234567'],
    }),
    of('AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn: issuer, ClientID: 'third' }),
    of('RemoveClientIDFromOpenIDConnectProvider', { OpenIDConnectProviderArn: issuer, ClientID: 'first' }),
    of('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: closed }),
    of('GetAccountSummary', {}),
    of('GetAccountAuthorizationDetails', { Filter: ['User'] }),
    of('ListAccountAliases', {}),
    of('GetLoginProfile', ofUser, ABSENT),
    of('DeleteLoginProfile', ofUser, ABSENT),
    of('ListMFADevices', ofUser),
    of('ListVirtualMFADevices', {}),
    of('ListSigningCertificates', ofUser),
    of('ListServiceSpecificCredentials', ofUser),
    of('ListSSHPublicKeys', ofUser),
    of('SimulatePrincipalPolicy', { ...source, ActionNames }),
    of('SimulateCustomPolicy', { PolicyInputList: [PolicyDocument], ActionNames }),
    of('GetContextKeysForPrincipalPolicy', source),
    of('GetContextKeysForCustomPolicy', { PolicyInputList: [PolicyDocument] }),
  ]
}
