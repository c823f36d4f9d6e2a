import { ARN_PARTS, arnPartsTest, splitArn, splitColons } from '../arn.ts'
import { ANY } from '../match.ts'
import { type Comparison, comparison } from './comparison.ts'

/** ARNs are compared part by part; `Equals` and `Like` are the same. `*` alone is any ARN. */
const fitting: Omit<Comparison<readonly string[]>, 'name' | 'negated'> = {
  variables: true,
  wildcards: true,
  read: splitArn,
  prepare(pattern) {
    if (pattern === ANY) return () => true
    const parts = splitColons(pattern, false)
    return parts.length === ARN_PARTS ? arnPartsTest(parts) : undefined
  },
}

export const arnOperators = [
  comparison({ ...fitting, name: 'ArnEquals', negated: false }),
  comparison({ ...fitting, name: 'ArnNotEquals', negated: true }),
  comparison({ ...fitting, name: 'ArnLike', negated: false }),
  comparison({ ...fitting, name: 'ArnNotLike', negated: true }),
]
