import { noResource, operation } from '../../aws/operation.ts'
import { boolean, long, string, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { randomPassword } from '../random-password.ts'

export const getRandomPassword = operation({
  name: 'GetRandomPassword',
  access: 'read',
  input: structure({
    PasswordLength: long({ range: [1, 4096] }),
    ExcludeCharacters: string({ length: [0, 4096] }),
    ExcludeNumbers: boolean(),
    ExcludePunctuation: boolean(),
    ExcludeUppercase: boolean(),
    ExcludeLowercase: boolean(),
    IncludeSpace: boolean(),
    RequireEachIncludedType: boolean(),
  }),
  output: structure({ RandomPassword: string({ length: [0, 4096], sensitive: true }) }),
  target: (_input, { scope }: SecretsContext) => noResource(scope.account),
  run: (input, _value: undefined) => ({ RandomPassword: randomPassword(input) }),
})
