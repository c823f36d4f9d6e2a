import type { AnyOperation } from '../../aws/operation.ts'
import type { KeyringContext } from '../context.ts'
import { describeKeyring } from './describe-keyring.ts'
import { rotateKeyring } from './rotate-keyring.ts'

/** Every operation on the keyring. */
export const operations: readonly AnyOperation<KeyringContext>[] = [describeKeyring, rotateKeyring]
