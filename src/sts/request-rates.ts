import { rate, requestRates } from '../aws/request-rates.ts'

/** AWS's quota of requests (IAM user guide, quotas of STS); AssumeRoleWithWebIdentity does not count against it, and gets as much here. */
export const rateOf = requestRates(
  [
    rate(
      600,
      'AssumeRole',
      'DecodeAuthorizationMessage',
      'GetAccessKeyInfo',
      'GetCallerIdentity',
      'GetFederationToken',
      'GetSessionToken',
    ),
  ],
  { read: 600, write: 600 },
)
