/**
 * Partitions of AWS (AWS General Reference, "Amazon Resource Names"). IAM and STS are here once for all of them: an identity has one ARN in each, and
 * inside Coffer the one in `aws`.
 */
const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov'] as const

/** ARN of a user, a role, a session, a policy or a provider in a partition other than `aws`. */
const ELSEWHERE = /^arn:aws-(?:cn|us-gov):(?=(?:iam|sts):)/
const IDENTITY = /^arn:aws:(?=(?:iam|sts):)/
const IN_TEXT = /(?<![\w-])arn:aws:(?=(?:iam|sts):)/g

/** The ARN of an identity as it is inside Coffer, in the partition `aws`; any other text as it is. */
export function canonicalArn(text: string): string {
  // Almost every text is another one, and most of those can be told by these characters.
  return text.startsWith('arn:aws-') ? text.replace(ELSEWHERE, 'arn:aws:') : text
}

/** The ARN of an identity, given in the partition `aws`, as it is in another partition; any other text as it is. */
export function arnIn(partition: string, text: string): string {
  return partition === 'aws' ? text : text.replace(IDENTITY, `arn:${partition}:`)
}

/** A sentence with the ARNs of identities as they are in a partition. */
export function textIn(partition: string, text: string): string {
  return partition === 'aws' ? text : text.replace(IN_TEXT, `arn:${partition}:`)
}

/** Every spelling of a text: the ARN of an identity in each partition. Patterns of policies may be written for any of them. */
export function spellingsOf(text: string): readonly string[] {
  if (!text.startsWith('arn:aws')) return [text]
  const canonical = canonicalArn(text)
  return IDENTITY.test(canonical) ? PARTITIONS.map((partition) => arnIn(partition, canonical)) : [text]
}
