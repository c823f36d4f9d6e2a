import type { AnyOperation } from '../aws/operation.ts'
import type { Service } from './service.ts'

/** An action for which a gate asks. */
export interface KnownAction {
  /** With its prefix, as requests ask for it. */
  readonly action: string
  /** Undefined for an action of a service that is not here, such as lambda:InvokeFunction. */
  readonly service: Service | undefined
  /** The operation that the action permits; undefined for one that only other operations ask for, such as iam:PassRole. */
  readonly operation: AnyOperation | undefined
}

/** Every action for which the gate may ask, by its name in lower case: case does not matter in actions. */
export function knownActions(services: readonly Service[]): ReadonlyMap<string, KnownAction> {
  const known = new Map<string, KnownAction>()
  for (const service of services)
    for (const operation of service.operations.values()) {
      const { action = `${service.signingName}:${operation.name}` } = operation
      known.set(action.toLowerCase(), { action, service, operation })
    }
  const further = services.flatMap(({ operations }) =>
    [...operations.values()].flatMap(({ furtherActions = [] }) => furtherActions),
  )
  for (const action of further) {
    if (known.has(action.toLowerCase())) continue
    const service = services.find(({ signingName }) => action.startsWith(`${signingName}:`))
    known.set(action.toLowerCase(), { action, service, operation: undefined })
  }
  return known
}
