import { randomInt } from 'node:crypto'
import { partitionOf } from '../aws/partition.ts'
import { errors } from './errors.ts'

/** What a SecretId says, without knowing which secrets exist. */
export type SecretId =
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'arn'
      readonly partition: string
      readonly region: string
      readonly account: string
      readonly arn: string
    }
  | {
      readonly kind: 'partial-arn'
      readonly partition: string
      readonly region: string
      readonly account: string
      readonly name: string
    }
  | { readonly kind: 'malformed-arn' }

/** What makes up the ARN of a secret, beside the partition, which follows from the region. */
export interface SecretArnParts {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly suffix: string
}

const SUFFIX_LENGTH = 6
const SUFFIX_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const NAME = /^[A-Za-z0-9\-/_+=.@!]+$/
const ARN = /^arn:(?<partition>aws[a-z-]*):secretsmanager:(?<region>[a-z0-9-]+):(?<account>\d{12}):secret:(?<rest>.+)$/
const ENDS_LIKE_AN_ARN = /.-[A-Za-z0-9]{6}$/
/** Printable ASCII without the blank: what any ARN is made of. */
const ARN_CHARACTERS = /^[!-~]+$/

/** Whether a name has only the characters that a name may have (facts 3.5, 9.3). Its length is the shape's business. */
export function isValidSecretName(name: string): boolean {
  return NAME.test(name)
}

/** Reads a SecretId. What looks like a complete ARN is never taken for a partial one (facts 5.1). */
export function parseSecretId(text: string): SecretId {
  if (!text.startsWith('arn:')) return { kind: 'name', name: text }
  const { partition, region, account, rest } = ARN.exec(text)?.groups ?? {}
  if (!partition || !region || !account || !rest || !isValidSecretName(rest)) return { kind: 'malformed-arn' }
  if (ENDS_LIKE_AN_ARN.test(rest)) return { kind: 'arn', partition, region, account, arn: text }
  return { kind: 'partial-arn', partition, region, account, name: rest }
}

/** The name of the secret that has a full ARN. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.indexOf(':secret:') + ':secret:'.length, -(SUFFIX_LENGTH + 1))
}

/** Refuses a SecretId that could not be the name or the ARN of anything (facts 3.5, 9.3). */
export function checkSecretId(text: string): void {
  const allowed = parseSecretId(text).kind === 'name' ? NAME : ARN_CHARACTERS
  if (!allowed.test(text)) throw errors.invalidName()
}

/** The full ARN of a secret. */
export function makeSecretArn({ account, region, name, suffix }: SecretArnParts): string {
  return `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
}

/** Six random letters and digits, so that a name created anew gets another ARN (facts 7.1). */
export function randomSuffix(): string {
  const pick = () => SUFFIX_CHARACTERS.charAt(randomInt(SUFFIX_CHARACTERS.length))
  return Array.from({ length: SUFFIX_LENGTH }, pick).join('')
}
