import { randomBytes } from 'node:crypto'
import { noResource, operation } from '../../aws/operation.ts'
import { string, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import * as shapes from '../shapes.ts'

export const generateRandom = operation({
  name: 'GenerateRandom',
  access: 'read',
  input: structure({
    NumberOfBytes: shapes.numberOfBytes,
    CustomKeyStoreId: string({ length: [1, 64] }),
    Recipient: shapes.recipient,
  }),
  output: structure({ Plaintext: shapes.plaintext, CiphertextForRecipient: shapes.ciphertext }),
  check({ NumberOfBytes, CustomKeyStoreId, Recipient }) {
    if (NumberOfBytes === undefined) throw errors.numberOfBytesMissing()
    if (CustomKeyStoreId !== undefined) throw errors.noCustomKeyStores()
    if (Recipient) throw errors.recipientUnsupported()
  },
  target: (_input, { scope }: KmsContext) => noResource(scope.account),
  run: ({ NumberOfBytes = 0 }, _value: undefined) => ({ Plaintext: randomBytes(NumberOfBytes) as Uint8Array }),
})
