import type { AnyOperation } from '../../aws/operation.ts'
import { decrypt } from './decrypt.ts'
import { encrypt } from './encrypt.ts'
import { generateDataKey } from './generate-data-key.ts'
import { generateDataKeyWithoutPlaintext } from './generate-data-key-without-plaintext.ts'
import { generateRandom } from './generate-random.ts'
import { reEncrypt } from './re-encrypt.ts'

/** Every operation of KMS. */
export const operations: readonly AnyOperation[] = [
  decrypt,
  encrypt,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  generateRandom,
  reEncrypt,
]
