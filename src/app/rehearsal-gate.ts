import { AwsError } from '../aws/error.ts'
import type { Operation } from '../aws/operation.ts'
import type { Authorizer } from '../identity/authorize.ts'
import type { CallAttempt } from './call.ts'
import { Gate, type Watch } from './perform.ts'
import { Recording } from './recording.ts'
import type { Service } from './service.ts'

/** What decides in a rehearsal, and what is told of failures that refusals do not show. */
export interface RehearsalParts {
  readonly authorizer: Pick<Authorizer, 'authorize'>
  readonly onFailure: (error: unknown, requestId: string) => void
  /** Told of each refusal, the innermost first: a service words the refusal of another one anew. */
  readonly refused: (error: AwsError) => void
}

/**
 * The gate of a call that is only tried. It finds, decides and refuses as the gate of a request does. An operation runs only if it declares that it
 * can be tried (`Operation.rehearsal`). What it changes is dropped, and neither an entry nor a lock comes of it. Decrypt is answered without opening
 * anything, so no rehearsal ever holds a secret value.
 */
export class RehearsalGate extends Gate {
  override readonly rehearses = true
  readonly #dropped: Recording
  readonly #parts: RehearsalParts

  constructor(call: CallAttempt, dropped: Recording, parts: RehearsalParts, via?: string) {
    super(call, dropped, parts, via)
    this.#dropped = dropped
    this.#parts = parts
  }

  protected override copy(call: CallAttempt, via: string | undefined): Gate {
    return new RehearsalGate(call, this.#dropped, this.#parts, via)
  }

  override async pass<I, O, V, C>(
    service: Service,
    operation: Operation<I, O, V, C>,
    input: I,
    watch?: Watch,
  ): Promise<O> {
    try {
      return await super.pass(service, operation, input, watch)
    } catch (error) {
      if (error instanceof AwsError) this.#parts.refused(error)
      throw error
    }
  }

  protected override run<I, O, V, C>(operation: Operation<I, O, V, C>, input: I, value: V, context: C): O | Promise<O> {
    const { rehearsal } = operation
    if (rehearsal?.runs) return super.run(operation, input, value, context)
    // An operation that says nothing is the one that is explained: its answer is not looked at.
    return rehearsal?.answer?.(value) ?? (undefined as O)
  }
}

/** Tries an operation as a caller. Throws what the gate and the operation throw. */
export function rehearse<I, O, V, C>(
  { service, operation, input }: { service: Service; operation: Operation<I, O, V, C>; input: I },
  call: CallAttempt,
  parts: RehearsalParts,
  watch: Watch,
): Promise<O> {
  const dropped = new Recording({ call, service, operation, input: undefined, fingerprint: () => '' })
  return new RehearsalGate(call, dropped, parts).pass(service, operation, input, watch)
}
