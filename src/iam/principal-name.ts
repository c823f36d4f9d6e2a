import { canonicalArn } from './identity-arn.ts'
import type { PrincipalName } from './policy.ts'

/** What the name of a principal means (security facts 3.2). `id` is the unique id of a user or role. */
export type PrincipalForm =
  | 'everyone'
  | 'account'
  | 'user'
  | 'role'
  | 'session'
  | 'federated-user'
  | 'id'
  | 'service'
  | 'provider'
  | 'canonical-user'

/** For an account the twelve digits, for an ARN the one in the partition `aws`, otherwise the name as written. */
export interface ReadPrincipal {
  readonly form: PrincipalForm
  readonly value: string
}

const PARTITION = 'aws(?:-[a-z0-9]+)*'
const NAME = '[\\w+=,.@-]+'
// Characters of an IAM path; a name has no wildcards.
const PATH = '(?:[\\x21-\\x29\\x2b-\\x3e\\x40-\\x7e]+/)?'

interface Form {
  readonly form: PrincipalForm
  readonly pattern: RegExp
}

const forms: Readonly<Record<PrincipalName['type'], readonly Form[]>> = {
  AWS: [
    { form: 'everyone', pattern: /^(\*)$/ },
    { form: 'account', pattern: /^([0-9]{12})$/ },
    { form: 'account', pattern: new RegExp(`^arn:${PARTITION}:iam::([0-9]{12}):root$`) },
    { form: 'user', pattern: new RegExp(`^(arn:${PARTITION}:iam::[0-9]{12}:user/${PATH}${NAME})$`) },
    { form: 'role', pattern: new RegExp(`^(arn:${PARTITION}:iam::[0-9]{12}:role/${PATH}${NAME})$`) },
    { form: 'session', pattern: new RegExp(`^(arn:${PARTITION}:sts::[0-9]{12}:assumed-role/${NAME}/${NAME})$`) },
    { form: 'federated-user', pattern: new RegExp(`^(arn:${PARTITION}:sts::[0-9]{12}:federated-user/${NAME})$`) },
    { form: 'id', pattern: /^(A(?:IDA|ROA)[A-Z0-9]+)$/ },
  ],
  Service: [{ form: 'service', pattern: /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/ }],
  Federated: [
    { form: 'provider', pattern: new RegExp(`^(arn:${PARTITION}:iam::[0-9]{12}:(?:oidc|saml)-provider/[^*?\\s]+)$`) },
    { form: 'provider', pattern: /^([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$/ },
  ],
  CanonicalUser: [{ form: 'canonical-user', pattern: /^([0-9a-f]{64})$/ }],
}

/** The meaning of a principal's name; undefined for one that cannot stand in a policy. */
export function readPrincipal({ type, value }: PrincipalName): ReadPrincipal | undefined {
  for (const { form, pattern } of forms[type]) {
    const found = pattern.exec(value)?.[1]
    if (found !== undefined) return { form, value: canonicalArn(found) }
  }
  return undefined
}
