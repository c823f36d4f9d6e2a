/** The steps of a rotation, in order (facts 8.6). */
export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const
/** The one that changes nothing. */
export const TEST_STEPS = ['testSecret'] as const

export type Step = (typeof STEPS)[number]

/** What a rotation function is given: names and order are those of AWS. */
export interface RotationEvent {
  readonly Step: Step
  /** ARN of the secret. */
  readonly SecretId: string
  /** The version that is being made. */
  readonly ClientRequestToken: string
  /** Of a managed external secret; ours, AWS shows nobody how it calls its partners. */
  readonly ExternalSecretRotationMetadata?: readonly RotationMetadata[] | undefined
}

export interface RotationMetadata {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** A secret as a rotation function is called for it. */
export interface RotatedSecret {
  readonly arn: string
  readonly account: string
  readonly region: string
  /** ARN of the role with which it is rotated; the one that is configured for its account when absent. */
  readonly role?: string | undefined
}

/** One call of a rotation function. */
export interface FunctionCall {
  /** ARN of a function, or `type:` with a type of managed external secrets. */
  readonly lambdaArn: string
  readonly secret: RotatedSecret
  readonly event: RotationEvent
}

/** What the ARNs of rotation functions mean in this installation. */
export interface RotationFunctions {
  /** Whether there is something behind an ARN that may be called for a secret. */
  canInvoke(lambdaArn: string, secret: Pick<RotatedSecret, 'account' | 'region'>): boolean
  /** Resolves once the function has done the step. Rejects with FunctionError when it failed, or could not be called. */
  invoke(call: FunctionCall, signal: AbortSignal): Promise<void>
}

/** A rotation function failed. The message is for the operator and holds nothing that the function said: that may be a secret. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
}

/** Where nobody has configured any function. */
export const noFunctions: RotationFunctions = {
  canInvoke: () => false,
  invoke: async ({ lambdaArn }) => {
    throw new FunctionError(`There is no rotation function ${lambdaArn}`)
  },
}
