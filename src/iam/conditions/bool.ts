import { comparison } from './comparison.ts'

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])
const readBoolean = (text: string) => BOOLEANS.get(text.toLowerCase())

/** `true` and `false`. A variable is accepted, as the page of the operator has it (security facts U-13). */
export const boolOperators = [
  comparison<boolean>({
    name: 'Bool',
    negated: false,
    variables: true,
    wildcards: false,
    read: readBoolean,
    prepare(text) {
      const wanted = readBoolean(text)
      return wanted === undefined ? undefined : (value) => value === wanted
    },
  }),
]
