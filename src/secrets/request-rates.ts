import { rate, requestRates } from '../aws/request-rates.ts'

/**
 * AWS's quotas of requests (facts 8.12; read rate facts 9.12). For BatchGetSecretValue none is published: it counts as the reads that it
 * stands for.
 */
export const rateOf = requestRates(
  [
    rate(10_000, 'GetSecretValue', 'DescribeSecret', 'BatchGetSecretValue'),
    rate(100, 'ListSecrets', 'ListSecretVersionIds'),
    rate(50, 'CreateSecret'),
    rate(50, 'DeleteSecret'),
    rate(50, 'RestoreSecret'),
    rate(50, 'GetRandomPassword'),
    rate(50, 'RotateSecret', 'CancelRotateSecret'),
    rate(50, 'TagResource', 'UntagResource'),
    rate(50, 'PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy', 'ValidateResourcePolicy'),
    rate(
      50,
      'PutSecretValue',
      'UpdateSecret',
      'UpdateSecretVersionStage',
      'ReplicateSecretToRegions',
      'RemoveRegionsFromReplication',
      'StopReplicationToReplica',
    ),
  ],
  { read: 50, write: 50 },
)
