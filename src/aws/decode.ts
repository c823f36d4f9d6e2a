import { frameworkError } from './error.ts'
import type { Operation } from './operation.ts'
import type { Shape } from './shape.ts'
import { ViolationList } from './violations.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The typed input of a request's body.
 *
 * Throws SerializationException for what is not JSON or has wrong types (facts 1.5), then ValidationException with every broken constraint
 * (facts 3), or what the operation itself says of the first.
 */
export function decodeInput<T>(
  shape: Shape<T>,
  body: Uint8Array,
  refusalAt?: Operation<T, unknown, unknown, unknown>['refusalAt'],
): T {
  const input = shape.bind(parseObject(body))
  const violations = new ViolationList()
  shape.check(input, '', violations)
  const { firstPath } = violations
  const error = (firstPath !== undefined && refusalAt?.(firstPath)) || violations.error()
  if (error) throw error
  return input
}

function parseObject(body: Uint8Array): unknown {
  let json: unknown
  try {
    json = JSON.parse(utf8.decode(body))
  } catch {
    throw frameworkError('SerializationException')
  }
  // At the top level only a list gets a text; everything else that is not an object is refused without one.
  if (typeof json !== 'object' || json === null) throw frameworkError('SerializationException')
  return json
}
