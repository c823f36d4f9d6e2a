import type { SecretsManager } from '@aws-sdk/client-secrets-manager'

/** A primary with a replica in each of the Regions; the default keys seal both. */
export async function createReplicated(client: SecretsManager, Name: string, ...regions: string[]): Promise<string> {
  const AddReplicaRegions = regions.map((Region) => ({ Region }))
  return (await client.createSecret({ Name, SecretString: `value of ${Name}`, AddReplicaRegions })).ARN ?? ''
}

/** Region and state of every replica, as DescribeSecret tells them. */
export async function statesOf(client: SecretsManager, SecretId: string): Promise<(string | undefined)[][]> {
  const { ReplicationStatus = [] } = await client.describeSecret({ SecretId })
  return ReplicationStatus.map(({ Region, Status, StatusMessage }) => [Region, Status, StatusMessage])
}

export const SUCCEEDED = 'Replication succeeded'
export const nameTaken = (name: string, region: string) =>
  `Replication failed: Secret name ${name} already exists in region ${region}.`
