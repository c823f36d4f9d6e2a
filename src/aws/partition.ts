/** The Region of each partition in which IAM is, and STS without a Region (IAM user guide, "AWS Identity and Access Management endpoints and quotas"). */
const HOME_REGIONS: ReadonlyMap<string, string> = new Map([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
])

/** The Region of services that a partition has only once. */
export function homeRegion(partition: string): string {
  return HOME_REGIONS.get(partition) ?? 'us-east-1'
}

/** Partition of a Region, as the second part of every ARN in it. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return 'aws'
}
