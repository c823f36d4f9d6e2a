import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { AnyOperation } from '../src/aws/operation.ts'
import {
  type Constraints,
  type ListShape,
  type MapShape,
  type Shape,
  type StructureShape,
  structure,
} from '../src/aws/shape.ts'
import { operations as cloudTrail } from '../src/cloudtrail-api/operations/index.ts'
import { operations as iam } from '../src/iam-api/operations/index.ts'
import { policyArn } from '../src/iam-api/shapes.ts'
import { operations as kms } from '../src/kms/operations/index.ts'
import { operations as secretsManager } from '../src/secrets/operations/index.ts'
import { operations as sts } from '../src/sts/operations/index.ts'

// Harm prevented: a request that AWS takes is refused here, or the other way round, because a shape was copied wrong.

const services: readonly { file: string; operations: readonly AnyOperation[] }[] = [
  { file: 'secretsmanager.json', operations: secretsManager },
  { file: 'cloudtrail.json', operations: cloudTrail },
  { file: 'iam.json', operations: iam },
  { file: 'kms.json', operations: kms },
  { file: 'sts.json', operations: sts },
]

interface ModelShape {
  readonly type: string
  readonly members?: Readonly<Record<string, { readonly shape: string }>>
  readonly required?: readonly string[]
  readonly member?: { readonly shape: string }
  readonly key?: { readonly shape: string }
  readonly value?: { readonly shape: string }
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly sensitive?: boolean
}

interface Model {
  readonly operations: Readonly<
    Record<string, { input?: { shape: string }; output?: { shape: string; resultWrapper?: string } }>
  >
  readonly shapes: Readonly<Record<string, ModelShape>>
}

/** A type as both sides can tell it: nested, without the names of its parts. */
type Told = Readonly<Record<string, unknown>>

function toldByModel(name: string, model: Model): Told {
  const shape = model.shapes[name]
  assert.ok(shape, `the model has a shape ${name}`)
  const { type, members = {}, required = [], min, max, pattern, sensitive = false } = shape
  const numeric = type === 'integer' || type === 'long'
  const bounds = min === undefined && max === undefined ? undefined : [min, max]
  return {
    kind: type,
    length: numeric ? undefined : bounds,
    range: numeric ? bounds : undefined,
    pattern,
    sensitive,
    // In messages AWS has another order than in the model.
    enum: shape.enum && new Set(shape.enum),
    member: shape.member && toldByModel(shape.member.shape, model),
    key: shape.key && toldByModel(shape.key.shape, model),
    value: shape.value && toldByModel(shape.value.shape, model),
    members:
      type === 'structure'
        ? Object.entries(members).map(([member, { shape }]) => [
            member,
            required.includes(member),
            toldByModel(shape, model),
          ])
        : undefined,
  }
}

function toldByShape(shape: Shape<unknown>): Told {
  // A limit that Coffer has beside the model's.
  const { maxBytes: _, ...constraints } = shape.constraints satisfies Constraints
  const { member, key, members } = shape as Partial<ListShape<unknown> & MapShape<unknown> & StructureShape<unknown>>
  return {
    kind: shape.kind,
    length: constraints.length && [...constraints.length],
    range: constraints.range && [...constraints.range],
    // That of a policy's ARN is a rule of the service alone: the model has none.
    pattern: constraints.pattern === policyArn.constraints.pattern ? undefined : constraints.pattern,
    sensitive: constraints.sensitive ?? false,
    enum: constraints.enum && new Set(constraints.enum),
    member: shape.kind === 'list' && member ? toldByShape(member) : undefined,
    key: key && toldByShape(key),
    value: shape.kind === 'map' && member ? toldByShape(member) : undefined,
    members: members?.map(({ name, required, shape }) => [name, required, toldByShape(shape)]),
  }
}

/** What an operation without members in the model has here. */
const NOTHING = toldByShape(structure({}))

for (const { file, operations } of services)
  describe(file, () => {
    const path = new URL(`../../shared/models/${file}`, import.meta.url)
    const skip = existsSync(path) ? false : `AWS's published model is not here: ${path.pathname}`
    const model: Model = skip ? { operations: {}, shapes: {} } : JSON.parse(readFileSync(path, 'utf8'))

    for (const operation of operations) {
      test(`the input of ${operation.name} is that of AWS's model`, { skip }, () => {
        const expected = model.operations[operation.name]
        assert.ok(expected, 'the model has the operation')
        assert.deepEqual(
          toldByShape(operation.input),
          expected.input ? toldByModel(expected.input.shape, model) : NOTHING,
        )
      })

      test(`the output of ${operation.name} is that of AWS's model`, { skip }, () => {
        const expected = model.operations[operation.name]?.output
        assert.equal(operation.output === undefined, expected === undefined, 'both have an output or none')
        if (operation.output && expected)
          assert.deepEqual(toldByShape(operation.output), toldByModel(expected.shape, model))
      })
    }

    test('nested structures have the names that the model gives them, as messages render them', { skip }, () => {
      const named = namedStructures(operations)
      assert.ok(named.size > 0)
      for (const [name, told] of named) assert.deepEqual(told, toldByModel(name, model))
    })
  })

function namedStructures(operations: readonly AnyOperation[]): ReadonlyMap<string, Told> {
  const named = new Map<string, Told>()
  const visit = (shape: Shape<unknown>) => {
    const { member, members } = shape as Partial<ListShape<unknown> & StructureShape<unknown>>
    if (member) visit(member)
    for (const { shape: inner } of members ?? []) visit(inner)
    const name = shape.kind === 'structure' ? shape.render({}).split('(')[0] : ''
    if (name) named.set(name, toldByShape(shape))
  }
  for (const { input, output } of operations) {
    visit(input)
    if (output) visit(output)
  }
  return named
}
