import { checkArns, checkLegacyForm, checkVersion } from './check-new-policy.ts'
import { checkActions, checkIds, checkPrincipals, checkResources } from './check-statements.ts'
import { parseStatement } from './parse-statement.ts'
import { type Policy, PolicyError, type PolicyKind, type PolicyVersion } from './policy.ts'
import { refuseUnknown, SYNTAX_ERROR } from './policy-syntax.ts'
import { JsonError, type JsonObject, parseStrictJson } from './strict-json.ts'

/** The most any API takes as a policy document (security facts 3.1). */
export const MAX_POLICY_CHARACTERS = 131_072

/** Characters a document may hold (security facts 3.1). */
const CHARACTERS = /^[\t\n\r\u0020-\u00ff]*$/

/** Version of a document that states none. */
const DEFAULT_VERSION: PolicyVersion = '2008-10-17'
const VERSIONS: readonly PolicyVersion[] = ['2012-10-17', DEFAULT_VERSION]
const ELEMENTS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement'])

/**
 * Reads a policy document that is to be saved or used for the first time. Throws PolicyError with AWS's text for one that breaks the grammar of its
 * kind; of several faults, the one AWS would find first.
 */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  const policy = readPolicy(text, kind)
  checkVersion(policy)
  checkLegacyForm(policy)
  checkStatements(policy)
  checkArns(policy)
  return policy
}

/**
 * Reads a document that an earlier release may have saved. What only newer releases refuse is taken here, because a policy that cannot be read
 * stops every request it is about; compiling makes sure that it allows nothing by that. Throws PolicyError.
 */
export function parseStoredPolicy(text: string, kind: PolicyKind): Policy {
  const policy = readPolicy(text, kind)
  checkStatements(policy)
  return policy
}

function readPolicy(text: string, kind: PolicyKind): Policy {
  const document = parseDocument(text)
  refuseUnknown(document, ELEMENTS)
  const id = document.get('Id')
  if (id !== undefined && typeof id !== 'string') throw new PolicyError(SYNTAX_ERROR)
  return { kind, version: parseVersion(document), id, statements: parseStatements(document) }
}

function checkStatements(policy: Policy): void {
  checkPrincipals(policy)
  checkIds(policy)
  checkResources(policy)
  checkActions(policy)
}

/** Characters without white space: how IAM counts the size of a policy (security facts 3.1). */
export function policySize(text: string): number {
  return text.replace(/\s+/g, '').length
}

function parseDocument(text: string): JsonObject {
  if (text.length > MAX_POLICY_CHARACTERS)
    throw new PolicyError(`Maximum policy size of ${MAX_POLICY_CHARACTERS} bytes exceeded`)
  if (!CHARACTERS.test(text)) throw new PolicyError(SYNTAX_ERROR)
  try {
    const document = parseStrictJson(text)
    if (document instanceof Map) return document
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new PolicyError(error.duplicate ? SYNTAX_ERROR : 'This policy contains invalid Json')
  }
  throw new PolicyError(SYNTAX_ERROR)
}

function parseVersion(document: JsonObject): PolicyVersion {
  const written = document.get('Version')
  if (written === undefined) return DEFAULT_VERSION
  const version = VERSIONS.find((known) => known === written)
  if (!version) throw new PolicyError(SYNTAX_ERROR)
  return version
}

function parseStatements(document: JsonObject): Policy['statements'] {
  const written = document.get('Statement')
  const statements = Array.isArray(written) ? written : [written]
  if (statements.length === 0) throw new PolicyError(SYNTAX_ERROR)
  return statements.map(parseStatement)
}
