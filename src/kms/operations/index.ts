import type { AnyOperation } from '../../aws/operation.ts'
import { decrypt } from './decrypt.ts'
import { encrypt } from './encrypt.ts'
import { generateDataKey } from './generate-data-key.ts'

/** Every operation of KMS. */
export const operations: readonly AnyOperation[] = [decrypt, encrypt, generateDataKey]
