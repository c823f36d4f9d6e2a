import { comparison, type ValueTest } from './comparison.ts'
import type { Operator } from './operator.ts'

/** The ways in which two numbers can be compared, by the ending of the operator's name. */
const orders: readonly { ending: string; negated: boolean; test(wanted: number): ValueTest<number> }[] = [
  { ending: 'Equals', negated: false, test: (wanted) => (value) => value === wanted },
  { ending: 'NotEquals', negated: true, test: (wanted) => (value) => value === wanted },
  { ending: 'LessThan', negated: false, test: (wanted) => (value) => value < wanted },
  { ending: 'LessThanEquals', negated: false, test: (wanted) => (value) => value <= wanted },
  { ending: 'GreaterThan', negated: false, test: (wanted) => (value) => value > wanted },
  { ending: 'GreaterThanEquals', negated: false, test: (wanted) => (value) => value >= wanted },
]

/** The six operators of a type whose values are numbers once read. Variables do not work in them (security facts 3.3). */
export function orderedOperators(prefix: string, read: (text: string) => number | undefined): readonly Operator[] {
  return orders.map(({ ending, negated, test }) =>
    comparison<number>({
      name: prefix + ending,
      negated,
      variables: false,
      wildcards: false,
      read,
      prepare(text) {
        const wanted = read(text)
        return wanted === undefined ? undefined : test(wanted)
      },
    }),
  )
}
