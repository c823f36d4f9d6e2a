import { boolean, integer, required, string, structure } from '../aws/shape.ts'

export const arn = string({ length: [1, 2048], identity: true })
/** A text that may name identities by their ARNs. */
export const text = string({ identity: true })
/** False where everybody may do everything in their own account: the answer is what policies would say. */
export const enforced = required(boolean())

/** A statement of a policy that takes part in a decision. */
export const deciding = structure(
  {
    Layer: required(string()),
    Policy: required(string()),
    /** From 1, as people count. */
    Statement: required(integer()),
    Sid: string(),
    Effect: required(string()),
    /** As people know it: `statement 1 of policy read`. */
    Name: required(text),
  },
  'DecidingStatement',
)

export const statement = structure(
  {
    Layer: required(string()),
    Policy: required(string()),
    Statement: required(integer()),
    Sid: string(),
    Effect: required(string()),
    Name: required(text),
    Matched: required(boolean()),
    /** It names the caller's account alone, whose own policies decide then. */
    HandsOver: required(boolean()),
    Mismatch: structure({ Part: required(string()), Detail: required(text) }, 'Mismatch'),
  },
  'StatementExplanation',
)
