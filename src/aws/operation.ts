import type { AwsError } from './error.ts'
import type { StructureShape } from './shape.ts'

/**
 * What an operation is about to touch. Finding it never fails: a thing that does not exist is a target too, so that permission can be decided
 * before anybody learns whether it exists.
 */
export interface Target<V> {
  /** ARN on which permission is decided; `*` for actions without a resource. */
  readonly resource: string
  /** The caller's own text for it, as denials quote it; absent for actions without a resource. */
  readonly label?: string | undefined
  /** Account that owns it. */
  readonly account: string
  /** Further ARNs on which the same must be allowed: where a thing is moved to. */
  readonly alsoOn?: readonly string[] | undefined
  /** The policy on the thing itself, when it has one. */
  readonly policy?: ResourcePolicy | undefined
  /** Actions that grants give the caller on the thing, with prefix: as if its policy allowed him these (security facts 3.9). */
  readonly granted?: readonly string[] | undefined
  /** What the thing itself gives conditions to compare, beside its tags and its account. */
  readonly conditions?: Conditions | undefined
  readonly tags: readonly { readonly Key: string; readonly Value: string }[]
  /** The thing itself, when it exists. */
  readonly value: V | undefined
  /**
   * The same as it would be if it did not exist, or if nothing were known of it: a refusal is worded by what is decided on this, as long as that is
   * refused too, so that nobody learns by a refusal what there is.
   */
  readonly hypothetical?: Hypothetical | undefined
  /** What to answer instead of the usual denial, where AWS says something else. */
  readonly denied?: AwsError | undefined
  /** What to answer once permission was given, when it does not exist. */
  readonly missing?: AwsError | undefined
  /** What to answer once permission was given, always: what is stored of it cannot be trusted. */
  readonly unreadable?: AwsError | undefined
  /** What to answer once permission was given, when only somebody else changes it. */
  readonly managed?: AwsError | undefined
  /** What to answer once permission was given, always: it is not here that this is done to it. */
  readonly closed?: AwsError | undefined
  /** What to answer once permission was given, when its state forbids most operations. */
  readonly unusable?: AwsError | undefined
}

/**
 * Values of condition keys. Names in any case, with prefix, as `secretsmanager:SecretId`; a member that is undefined is an absent key (security
 * facts 2.3). Numbers and booleans as text.
 */
export type Conditions = Readonly<Record<string, string | readonly string[] | undefined>>

/** Another thing that an operation touches, and the action that is needed on it. */
export interface FurtherTarget {
  /** With the service's prefix. */
  readonly action: string
  readonly target: Target<unknown>
  /** Region in which it is touched, where that is not the one of the request. */
  readonly region?: string | undefined
  /** True where the thing need not exist, or may be in any state: the operation looks for itself. */
  readonly lenient?: boolean | undefined
}

/** A target of which nothing is known but its name. */
export interface Hypothetical {
  readonly resource: string
  readonly policy?: ResourcePolicy | undefined
  readonly conditions?: Conditions | undefined
}

/** The policy on a resource, and how it takes part in the decision. */
export interface ResourcePolicy {
  readonly document: string
  /** `trust` and `key` policies must allow by themselves (security facts 3.7). */
  readonly rule: 'ordinary' | 'trust' | 'key'
  /** How explanations name it. */
  readonly name: string
  /** Unique id of each user and role that the document names by ARN, as of when it was saved. */
  readonly bindings?: Readonly<Record<string, string>> | undefined
}

/**
 * An operation declares, the gate obeys (`app/perform.ts`).
 *
 * I input, O output, V what it works on, C what it may use.
 */
export interface Operation<I, O, V, C> {
  readonly name: string
  /** A write runs on a fresh view and its changes commit together with its record. */
  readonly access: 'read' | 'write'
  readonly input: StructureShape<I>
  /** How many requests it counts as where their rate is limited; as one when absent. */
  units?(input: I): number
  /** Most secret values that an answer can hold, which bounds the memory it takes; none when absent. */
  readonly mostValues?: number | undefined
  /** Input member whose elements the operation performs one by one; the record holds them with their outcomes, and not a second time. */
  readonly itemsOf?: (string & keyof I) | undefined
  /** True for an operation that makes the target, whose ARN is known before. */
  readonly makes?: boolean | undefined
  /** ARN of what was made, where the answer does not have it as its member ARN. */
  madeArn?(output: O): string | undefined
  /** ARN of what was made beside the target, which the record names among its resources. */
  madeBeside?(output: O): string | undefined
  /** True where the record tells what was answered, without what is sensitive in it. */
  readonly recordsAnswer?: boolean | undefined
  /** What the record tells of the target where the input does not: names of what was touched, nothing secret. */
  recordsAlso?(value: V): Readonly<Record<string, string>>
  /** Absent for operations whose answer has no members. */
  readonly output?: StructureShape<O> | undefined
  /** What to answer to a value that breaks the model's constraints, by where it stands, for a service with errors of its own for that. */
  refusalAt?(path: string): AwsError | undefined
  /** Refusals that need nothing but the input: parameter combinations, character sets. Throws AwsError. */
  check?(input: I): void
  target(input: I, context: C): Target<V> | Promise<Target<V>>
  /** The action that permits it, with its service's prefix, where that is not the one named like the operation. */
  readonly action?: string | undefined
  /** Further actions of the service that the caller must be allowed; with condition keys of their own, where they have any. */
  alsoRequires?(
    input: I,
    context: C,
  ): readonly (string | { readonly action: string; readonly conditions: Conditions })[]
  /** Every action, with prefix, that `alsoRequires` and `furtherTargets` may ask for. The gate fails at one that is missing here. */
  readonly furtherActions?: readonly string[] | undefined
  /** Condition keys that the request gives, beside those every request has (security facts 2.2, 2.3). */
  conditions?(input: I, context: C): Conditions | Promise<Conditions>
  /** Other things that the operation touches. Permission on all comes first, then whether each exists and may be used, in order. */
  furtherTargets?(input: I, target: Target<V>, context: C): Promise<readonly FurtherTarget[]>
  /** True when a caller whom no policy allows this may do it all the same, as GetCallerIdentity. Asked before permission is. */
  allowsAnyone?: boolean | undefined
  /** Tags that the thing would have afterwards: refused when they would take away the caller's own permission (security facts 2.4). */
  tagsAfter?(input: I, value: V): Target<V>['tags']
  /** True for an operation that also runs where there is nothing; `run` then gets undefined. */
  acceptsMissing?(input: I): boolean
  /** True for a write that is also for those who may not change the thing otherwise. */
  acceptsManaged?(input: I): boolean
  /** True for an operation that also runs in a state that forbids most others. */
  acceptsUnusable?(input: I): boolean
  run(input: I, value: V, context: C): O | Promise<O>
  /** How explanations try the operation. Without it they try a request that has only the member which names the resource, up to `run`. */
  readonly rehearsal?: Rehearsable<I, O, V> | undefined
}

/** How an operation is tried for an explanation: it passes the gate as in earnest, and nothing that it does lasts. */
export interface Rehearsable<I, O, V> {
  /**
   * The request that is tried.
   *
   * @param supposed condition keys that the question supposes, in any case
   */
  request(resource: string, supposed: Conditions): I
  /** True for an operation whose `run` acts through its context alone: it runs, so that an explanation asks for the same keys. */
  readonly runs?: boolean | undefined
  /** The answer for another operation that is tried, in place of `run`. */
  answer?(value: V): O
}

// biome-ignore lint/suspicious/noExplicitAny: a list of operations holds operations of every input and output
export type AnyOperation<C = any> = Operation<any, any, any, C>

/** Declares an operation; the input's and output's types follow from the shapes. */
export function operation<I, O, V, C>(definition: Operation<I, O, V, C>): Operation<I, O, V, C> {
  return definition
}

/** Condition keys of tags that a request sends (security facts 2.3). */
export function requestTags(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
): Conditions {
  if (tags.length === 0) return {}
  const named = tags.map(({ Key = '', Value }) => [`aws:RequestTag/${Key}`, Value] as const)
  return { ...Object.fromEntries(named), 'aws:TagKeys': tags.map(({ Key = '' }) => Key) }
}

/** The value that a question supposes for a condition key, whose name may be in any case; the first of several. */
export function supposedValue(supposed: Conditions, key: string): string | undefined {
  const found = Object.entries(supposed).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
  return typeof found === 'string' ? found : found?.[0]
}

/** Target of an action without a resource, such as ListSecrets. */
export function noResource(account: string): Target<undefined> {
  return { resource: '*', account, tags: [], value: undefined }
}
