import type { Operator } from './operator.ts'

/** Whether a key is in the request: `true` wants it absent, `false` present. An empty list is as good as none. */
export const nullOperators: readonly Operator[] = [
  {
    name: 'Null',
    negated: false,
    modifiers: false,
    variables: false,
    reads: (value) => ['true', 'false'].includes(value.toLowerCase()),
    compile({ key, values }) {
      const wanted = new Set(values.map((value) => value.toLowerCase()))
      return (context) => {
        const value = context.get(key)
        const absent = value === undefined || (typeof value !== 'string' && value.length === 0)
        return wanted.has(absent ? 'true' : 'false')
      }
    },
  },
]
