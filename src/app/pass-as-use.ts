import type { Operation, Target } from '../aws/operation.ts'
import type { KmsKey } from '../kms/key-store.ts'
import type { Gate } from './perform.ts'
import { entryError } from './recording.ts'
import type { Service } from './service.ts'

/** What every call of KMS by another service has. */
interface KeyRequest {
  readonly KeyId?: string | undefined
  readonly EncryptionContext?: Readonly<Record<string, string>> | undefined
}

/**
 * Passes the gate of KMS for the caller of another service. The call leaves a record of its own, whatever becomes of it (security facts 4.1, 6.5);
 * not under the service's own key: the record of the request says all that such a one would.
 */
export async function passAsUse<I extends KeyRequest, O, V, C>(
  gate: Gate,
  service: Service,
  operation: Operation<I, O, V, C>,
  input: I,
): Promise<O> {
  let target: Target<unknown> | undefined
  let isAllowed = false
  const watch = {
    found(found: Target<unknown>) {
      target = found
    },
    allowed() {
      isAllowed = true
    },
  }
  const use = (error?: unknown) => {
    if ((target?.value as KmsKey | undefined)?.manager === 'AWS') return
    const { SecretARN: secretArn = '', SecretVersionId: versionId = '' } = input.EncryptionContext ?? {}
    const key = isAllowed ? target?.resource : namedKey(input, target, gate)
    const failure = error === undefined ? undefined : entryError(error, service)
    gate.keyUsed({ operation: operation.name, key, secretArn, versionId, error: failure })
  }
  try {
    const output = await gate.pass(service, operation, input, watch)
    use()
    return output
  } catch (error) {
    use(error)
    throw error
  }
}

/** The key as the request itself names it: a record must not tell a caller who was denied what there is. */
function namedKey({ KeyId }: KeyRequest, target: Target<unknown> | undefined, { call }: Gate): string | undefined {
  const isKnown = KeyId !== undefined || target?.account === call.principal.account
  return isKnown ? (target?.hypothetical?.resource ?? KeyId) : undefined
}
