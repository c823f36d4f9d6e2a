import { AwsError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import { partitionOf } from '../aws/partition.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../aws/shape.ts'
import { canonicalArn, textIn } from '../iam/identity-arn.ts'

// Identities have an ARN in every partition. Inside Coffer it is the one in `aws`: these functions stand where requests come in and answers go out.

type Change = (text: string) => string

/** The input of an operation with the ARNs of identities in the partition `aws`. */
export function canonicalInput<T extends object>({ input }: Pick<AnyOperation, 'input'>, value: T): T {
  return changed(input, value, canonicalArn) as T
}

/** The partition in which the input of an operation names an identity; `aws` where it names none. */
export function partitionIn({ input }: Pick<AnyOperation, 'input'>, value: object): string {
  let partition = 'aws'
  changed(input, value, (text) => {
    if (canonicalArn(text) !== text) partition = text.split(':')[1] ?? partition
    return text
  })
  return partition
}

/** The answer of an operation with the ARNs of identities in the partition of a Region. */
export function localOutput<T>({ output }: Pick<AnyOperation, 'output'>, value: T, region: string): T {
  const partition = partitionOf(region)
  if (partition === 'aws' || !output) return value
  return changed(output, value, (text) => textIn(partition, text)) as T
}

/** An error with the ARNs of identities in the partition of a Region; anything but an AwsError as it is. */
export function localError(error: unknown, region: string): unknown {
  if (!(error instanceof AwsError)) return error
  const text = textIn(partitionOf(region), error.message)
  return text === error.message ? error : error.withMessage(text)
}

/** A value whose texts that are ARNs of identities are changed; the value itself where its shape has none. */
function changed(shape: Shape<unknown>, value: unknown, change: Change): unknown {
  if (value === undefined || value === null || !hasIdentities(shape)) return value
  return changers[shape.kind]?.(shape, value, change) ?? change(value as string)
}

const changers: Partial<
  Record<Shape<unknown>['kind'], (shape: Shape<unknown>, value: unknown, change: Change) => unknown>
> = {
  list: (shape, value, change) => {
    const { member } = shape as ListShape<unknown>
    return (value as readonly unknown[]).map((item) => changed(member, item, change))
  },
  map: (shape, value, change) => {
    const { member } = shape as MapShape<unknown>
    const entries = Object.entries(value as object)
    return Object.fromEntries(entries.map(([key, item]) => [key, changed(member, item, change)]))
  },
  structure: (shape, value, change) => {
    const { members } = shape as StructureShape<unknown>
    const parts = value as Readonly<Record<string, unknown>>
    const edited = members.flatMap(({ name, shape }) => {
      const part = parts[name]
      return part === undefined || !hasIdentities(shape) ? [] : [[name, changed(shape, part, change)] as const]
    })
    return edited.length > 0 ? { ...parts, ...Object.fromEntries(edited) } : value
  },
}

/** Most operations have no such member, which is found out once for each shape. */
const known = new WeakMap<Shape<unknown>, boolean>()

function hasIdentities(shape: Shape<unknown>): boolean {
  const before = known.get(shape)
  if (before !== undefined) return before
  const within = [
    ...('members' in shape ? (shape as StructureShape<unknown>).members.map((member) => member.shape) : []),
    ...('member' in shape ? [(shape as ListShape<unknown>).member] : []),
  ]
  const found = shape.constraints.identity === true || within.some(hasIdentities)
  known.set(shape, found)
  return found
}
