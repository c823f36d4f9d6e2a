import type { Operation } from '../src/aws/operation.ts'

// How an operation's types are held against the official SDK's. Nothing here runs; tsc is the test.

type InputOf<T> = T extends Operation<infer I, infer _O, infer _V, infer _C> ? I : never
/** An operation without an answer has one without members. */
type OutputOf<T> =
  T extends Operation<infer _I, infer O, infer _V, infer _C>
    ? O extends undefined | void
      ? NonNullable<unknown>
      : O
    : never

/** The SDK lets required members be undefined; a request that is right has them. */
type Present<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] : Exclude<T[K], undefined> }

type Equal<A, B> = [A, B] extends [B, A] ? true : false
type Fits<A, B> = [A] extends [B] ? true : false

/** Where a type is lost everything would agree. */
type HoldsAny<T> = 0 extends 1 & T
  ? true
  : T extends string | number | boolean | undefined | Uint8Array | Date
    ? false
    : T extends readonly (infer M)[]
      ? HoldsAny<M>
      : true extends { [K in keyof T]-?: HoldsAny<T[K]> }[keyof T]
        ? true
        : false

/** What must hold between an operation and the SDK's command: each verdict is true, or names a fault. */
export type Agrees<T, Input, Output> = {
  'a type of its input is lost': Equal<HoldsAny<InputOf<T>>, false>
  'a type of its output is lost': Equal<HoldsAny<OutputOf<T>>, false>
  'its input has other members': Equal<keyof InputOf<T>, keyof Input>
  "its input does not take the SDK's": Fits<Present<Input>, InputOf<T>>
  'its output has other members': Equal<keyof OutputOf<T>, Exclude<keyof Output, '$metadata'>>
  "its output is not the SDK's": Fits<OutputOf<T>, Omit<Output, '$metadata'>>
}

type FaultsOf<Name extends string, Verdicts> = {
  [Fault in keyof Verdicts & string]: Verdicts[Fault] extends true ? never : `${Name}: ${Fault}`
}[keyof Verdicts & string]

/** The faults of all operations; never when there is none. */
export type FaultsIn<Operations> = {
  [Name in keyof Operations & string]: FaultsOf<Name, Operations[Name]>
}[keyof Operations & string]

export type None<T extends never> = T
