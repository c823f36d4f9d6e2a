import type { AnyOperation } from '../../aws/operation.ts'
import type { ExplanationContext } from '../context.ts'
import { explainAccess } from './explain-access.ts'
import { listSecretReaders } from './list-secret-readers.ts'

/** Every operation of the explanations. */
export const operations: readonly AnyOperation<ExplanationContext>[] = [explainAccess, listSecretReaders]
