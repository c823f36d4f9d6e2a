import type { DecidingStatement, Layer } from './request.ts'

/** What people call the policies of a layer. `on` is the resource of the request. */
const policyNames: Readonly<Record<Layer, (policy: string, on: string) => string>> = {
  identity: (policy) => `policy ${ownName(policy)}`,
  boundary: (policy) => `permissions boundary ${ownName(policy)}`,
  session: (policy) => (policy === 'session policy' ? 'the session policy' : `session policy ${ownName(policy)}`),
  'service-control': (policy) => `service control policy ${policy}`,
  resource: (policy, on) => `the ${policy} of ${on}`,
  trust: (_policy, on) => `the trust policy of ${on}`,
}

const MANAGED_POLICY = /^arn:[^:]+:iam::[^:]+:policy\/(?:.*\/)?([^/]+)$/

/** The name of a managed policy without the rest of its ARN; an inline policy is called by its name. */
const ownName = (policy: string) => MANAGED_POLICY.exec(policy)?.[1] ?? policy

/**
 * A statement as people know it: by its Sid, or by its place from 1, as in `statement 1 of policy read` and `statement ReadApp of the key policy of
 * arn:…`. A grant is called `a grant on arn:…`.
 *
 * @param on ARN of the resource of the request
 */
export function statementName({ layer, policy, statement, sid }: DecidingStatement, on: string): string {
  if (layer === 'resource' && policy === GRANT) return `a grant on ${on}`
  return `statement ${sid ? quoted(sid) : statement + 1} of ${policyNames[layer](policy, on)}`
}

/** A Sid as it is, or in quotes where it is several words. */
const quoted = (sid: string) => (/\s/.test(sid) ? `"${sid}"` : sid)

/** The policy of a decision that rests on a grant of KMS. */
export const GRANT = 'grant'
