// What clients see of IAM's refusals, for assert.rejects: AWS's texts, deliberately not those of src/iam-api/errors.ts.

const refusal = (name: string) => (message: string) => ({ name, message })

export const noSuchEntity = refusal('NoSuchEntityException')
export const alreadyExists = refusal('EntityAlreadyExistsException')
export const deleteConflict = refusal('DeleteConflictException')
export const limitExceeded = refusal('LimitExceededException')
export const invalidInput = refusal('InvalidInputException')
export const validationError = refusal('ValidationError')

export const noUser = (name: string) => noSuchEntity(`The user with name ${name} cannot be found.`)
export const noGroup = (name: string) => noSuchEntity(`The group with name ${name} cannot be found.`)
export const noRole = (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`)
export const noInstanceProfile = (name: string) => noSuchEntity(`Instance Profile ${name} cannot be found.`)

export const BAD_MARKER = validationError('Invalid Marker.')

/** A denial by identity policies; actions without a resource name none. */
export function denied(principal: string, action: string, resource?: string) {
  const on = resource === undefined ? '' : ` on resource: ${resource}`
  const reason = `because no identity-based policy allows the iam:${action} action`
  return refusal('AccessDenied')(`User: ${principal} is not authorized to perform: iam:${action}${on} ${reason}`)
}
