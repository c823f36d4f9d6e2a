import type { Members } from './cloudtrail-record.ts'
import type { EntryCaller, EntrySession } from './entry.ts'

/** A caller as the records of the own account name it (security facts 6.2). */
export function identityOf(caller: EntryCaller): Members {
  const { type, principalId, arn, account, accessKeyId, userName, session } = caller
  if (type === 'AWSService') return { accountId: account, invokedBy: principalId }
  if (type === 'WebIdentityUser') return { type, principalId, userName, identityProvider: arn }
  return {
    type,
    principalId,
    arn,
    accountId: account,
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(userName !== undefined && { userName }),
    ...(session && { sessionContext: sessionOf(session, account) }),
  }
}

/** The same to another account, whose resource it was: not more than where the caller comes from. */
export function foreignIdentityOf({ principalId, account }: EntryCaller): Members {
  return { type: 'AWSAccount', principalId, accountId: account }
}

/** Where temporary credentials come from. */
function sessionOf({ role, issuedAt, sourceIdentity, federatedProvider }: EntrySession, account: string): Members {
  return {
    ...(role && {
      sessionIssuer: { type: 'Role', principalId: role.id, arn: role.arn, accountId: account, userName: role.name },
    }),
    ...(federatedProvider !== undefined && { webIdFederationData: { federatedProvider, attributes: {} } }),
    attributes: { creationDate: `${new Date(issuedAt).toISOString().slice(0, 19)}Z`, mfaAuthenticated: 'false' },
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  }
}
