import { string } from '../aws/shape.ts'
import { purposes } from '../seal/keyring.ts'

export const purpose = string({ enum: purposes })
