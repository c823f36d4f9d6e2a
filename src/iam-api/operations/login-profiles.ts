import { operation } from '../../aws/operation.ts'
import { boolean, required, structure, timestamp } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findUserOrCaller } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

// GetLoginProfile, DeleteLoginProfile: nobody signs in here with a password. Programs that look for one, or take it away, are told that there is
// none.

const input = structure({ UserName: shapes.userName })

const loginProfile = structure(
  { UserName: required(shapes.userName), CreateDate: required(timestamp()), PasswordResetRequired: boolean() },
  'LoginProfile',
)

function refuse(_input: unknown, user: User): never {
  throw errors.loginProfileNotFound(user.name)
}

export const getLoginProfile = operation({
  name: 'GetLoginProfile',
  access: 'read',
  input,
  output: structure({ LoginProfile: required(loginProfile) }),
  target: ({ UserName }, context: IamContext) => findUserOrCaller(UserName, context),
  run: refuse,
})

export const deleteLoginProfile = operation({
  name: 'DeleteLoginProfile',
  access: 'write',
  input,
  target: ({ UserName }, context: IamContext) => findUserOrCaller(UserName, context),
  run: refuse,
})
