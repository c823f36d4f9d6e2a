import { noResource, operation } from '../../aws/operation.ts'
import { integer, structure } from '../../aws/shape.ts'
import type { Principal } from '../../identity/principal.ts'
import type { RootSession, UserSession } from '../../identity/temporary-credentials.ts'
import type { StsContext } from '../context.ts'
import { userSessionSeconds } from '../duration.ts'
import { errors } from '../errors.ts'
import * as shapes from '../shapes.ts'
import { showCredentials } from '../start-role-session.ts'

export const getSessionToken = operation({
  name: 'GetSessionToken',
  access: 'read',
  recordsAnswer: true,
  input: structure({
    DurationSeconds: integer({ range: [900, 129_600] }),
    SerialNumber: shapes.serialNumber,
    TokenCode: shapes.tokenCode,
  }),
  output: structure({ Credentials: shapes.credentials }),

  check({ SerialNumber, TokenCode }) {
    if (SerialNumber !== undefined || TokenCode !== undefined) throw errors.noDevices()
  },

  /** Needs no permission, because it gives none: the session may do what its key may (security facts 5.3). */
  allowsAnyone: true,
  target: (_input, { caller }: StsContext) => noResource(caller.account),

  run({ DurationSeconds }, _value: undefined, { caller, now, tokens }) {
    const of = sessionOf(caller)
    const seconds = userSessionSeconds(DurationSeconds, of.kind === 'root')
    const { account } = caller
    return {
      Credentials: showCredentials(tokens.issue({ account, issuedAt: now, expiresAt: now + seconds * 1000, of })),
    }
  },
})

/** Throws AccessDenied for whoever has temporary credentials already. */
function sessionOf({ type, session, accessKeyId }: Principal): UserSession | RootSession {
  if (!session && type === 'Root') return { kind: 'root' }
  if (!session && type === 'IAMUser' && accessKeyId !== undefined) return { kind: 'user', parentKeyId: accessKeyId }
  throw errors.sessionCredentials()
}
