import type { AnyOperation } from '../../aws/operation.ts'
import type { IamContext } from '../context.ts'
import { policyOperations } from './policies.ts'
import { principalOperations } from './principals.ts'

/** Every operation of IAM. */
export const operations: readonly AnyOperation<IamContext>[] = [...principalOperations, ...policyOperations]
