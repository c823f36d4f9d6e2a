import { globTest } from '../match.ts'
import { type Comparison, comparison } from './comparison.ts'

const exact: Omit<Comparison<string>, 'name' | 'negated'> = {
  variables: true,
  wildcards: false,
  read: (text) => text,
  prepare: (wanted) => (value) => value === wanted,
}

const folded: typeof exact = {
  ...exact,
  read: (text) => text.toLowerCase(),
  prepare(wanted) {
    const lower = wanted.toLowerCase()
    return (value) => value === lower
  },
}

const glob: typeof exact = { ...exact, wildcards: true, prepare: globTest }

/** Texts: exact, without regard to case, or with wildcards and regard to case. */
export const stringOperators = [
  comparison({ ...exact, name: 'StringEquals', negated: false }),
  comparison({ ...exact, name: 'StringNotEquals', negated: true }),
  comparison({ ...folded, name: 'StringEqualsIgnoreCase', negated: false }),
  comparison({ ...folded, name: 'StringNotEqualsIgnoreCase', negated: true }),
  comparison({ ...glob, name: 'StringLike', negated: false }),
  comparison({ ...glob, name: 'StringNotLike', negated: true }),
]
