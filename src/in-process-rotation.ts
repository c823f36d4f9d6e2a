import { ConfigError } from './config-error.ts'
import type { FunctionTarget, RotationHandler } from './rotation/function-target.ts'
import { isFunctionName, type RotationConfig, rotationConfig } from './rotation-config.ts'

/** How secrets of a Coffer in this process are rotated. */
export interface RotationOptions {
  /** Functions of this process, by the Lambda ARNs that RotateSecret names. They do the work with clients of their own. */
  readonly rotationFunctions?: Readonly<Record<string, RotationHandler>> | undefined
  /** Databases that built-in rotators may reach, as `host` or `host:port`. Without any there are no such rotators. */
  readonly rotationHosts?: readonly string[] | undefined
  /** ARNs of the roles with which built-in rotators read and write secrets, one an account; not needed where any credentials are taken. */
  readonly rotationRoles?: readonly string[] | undefined
}

/** Throws ConfigError. */
export function inProcessRotation(options: RotationOptions): RotationConfig {
  const { rotationFunctions = {}, rotationHosts: hosts = [], rotationRoles: roles = [] } = options
  const functions = Object.entries(rotationFunctions).map(([arn, handler]): [string, FunctionTarget] => {
    if (!isFunctionName(arn))
      throw new ConfigError(`Cannot use the rotation function: ${arn}: wanted the ARN of a Lambda function or type:…`)
    if (typeof handler !== 'function')
      throw new ConfigError(`Cannot use the rotation function: ${arn}: it is no function`)
    return [arn, { kind: 'handler', handler }]
  })
  const nothing = { environment: [], endpoint: undefined, lambdaCredentials: undefined, webhookKey: undefined }
  const config = rotationConfig({ functions: [], hosts, roles, variables: {}, ...nothing })
  return { ...config, functions: new Map(functions) }
}
