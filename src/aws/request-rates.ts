import type { AnyOperation } from './operation.ts'

/** Operations whose requests share a rate. */
export interface RequestRate {
  /** Tells it from the others of its service. */
  readonly name: string
  readonly perSecond: number
  readonly operations: readonly string[]
}

/** The rate that an operation's requests count against; every operation has one. */
export type RateOf = (operation: Pick<AnyOperation, 'name' | 'access'>) => RequestRate

/** A rate of operations by their names, those among them that Coffer does not have. */
export function rate(perSecond: number, ...operations: readonly [string, ...string[]]): RequestRate {
  return { name: operations[0], perSecond, operations }
}

/**
 * The rates of a service's requests.
 *
 * @param others requests a second of all other operations that read, and of those that write
 */
export function requestRates(
  rates: readonly RequestRate[],
  others: Readonly<Record<AnyOperation['access'], number>>,
): RateOf {
  const byName = new Map(rates.flatMap((one) => one.operations.map((name) => [name, one] as const)))
  const byAccess = {
    read: { name: 'other reads', perSecond: others.read, operations: [] },
    write: { name: 'other writes', perSecond: others.write, operations: [] },
  }
  return ({ name, access }) => byName.get(name) ?? byAccess[access]
}
