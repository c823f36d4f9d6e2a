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
  readonly tags: readonly { readonly Key: string; readonly Value: string }[]
  /** The thing itself, when it exists. */
  readonly value: V | undefined
  /** What to answer once permission was given, when it does not exist. */
  readonly missing?: AwsError | undefined
  /** What to answer once permission was given, always: what is stored of it cannot be trusted. */
  readonly unreadable?: AwsError | undefined
  /** What to answer once permission was given, when its state forbids most operations. */
  readonly unusable?: AwsError | undefined
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
  /** Input member whose elements the operation performs one by one; the record holds them with their outcomes, and not a second time. */
  readonly itemsOf?: (string & keyof I) | undefined
  /** Absent for operations whose answer has no members. */
  readonly output?: StructureShape<O> | undefined
  /** Refusals that need nothing but the input: parameter combinations, character sets. Throws AwsError. */
  check?(input: I): void
  target(input: I, context: C): Target<V> | Promise<Target<V>>
  /** Further actions the caller must be allowed, beside the one named like the operation. */
  alsoRequires?(input: I): readonly string[]
  /** True for an operation that also runs where there is nothing; `run` then gets undefined. */
  acceptsMissing?(input: I): boolean
  /** True for an operation that also runs in a state that forbids most others. */
  acceptsUnusable?(input: I): boolean
  run(input: I, value: V, context: C): O | Promise<O>
}

// biome-ignore lint/suspicious/noExplicitAny: a list of operations holds operations of every input and output
export type AnyOperation<C = any> = Operation<any, any, any, C>

/** Declares an operation; the input's and output's types follow from the shapes. */
export function operation<I, O, V, C>(definition: Operation<I, O, V, C>): Operation<I, O, V, C> {
  return definition
}

/** Target of an action without a resource, such as ListSecrets. */
export function noResource(account: string): Target<undefined> {
  return { resource: '*', account, tags: [], value: undefined }
}
