import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Constraints, ListShape, MapShape, Shape, StructureShape } from '../src/aws/shape.ts'
import { operations } from '../src/secrets/operations/index.ts'

// Harm prevented: a request that AWS takes is refused here, or the other way round, because a shape was copied wrong.

const MODEL = new URL('../../shared/models/secretsmanager.json', import.meta.url)
const skip = existsSync(MODEL) ? false : `AWS's published model is not here: ${MODEL.pathname}`

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
  readonly operations: Readonly<Record<string, { input: { shape: string }; output?: { shape: string } }>>
  readonly shapes: Readonly<Record<string, ModelShape>>
}

const model: Model = skip ? { operations: {}, shapes: {} } : JSON.parse(readFileSync(MODEL, 'utf8'))

/** A type as both sides can tell it: nested, without the names of its parts. */
type Told = Readonly<Record<string, unknown>>

function toldByModel(name: string): Told {
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
    member: shape.member && toldByModel(shape.member.shape),
    key: shape.key && toldByModel(shape.key.shape),
    value: shape.value && toldByModel(shape.value.shape),
    members:
      type === 'structure'
        ? Object.entries(members).map(([member, { shape }]) => [member, required.includes(member), toldByModel(shape)])
        : undefined,
  }
}

function toldByShape(shape: Shape<unknown>): Told {
  // A limit of ours beside the model's (facts 9.1, 7).
  const { maxBytes: _, ...constraints } = shape.constraints satisfies Constraints
  const { member, key, members } = shape as Partial<ListShape<unknown> & MapShape<unknown> & StructureShape<unknown>>
  return {
    kind: shape.kind,
    length: constraints.length && [...constraints.length],
    range: constraints.range && [...constraints.range],
    pattern: constraints.pattern,
    sensitive: constraints.sensitive ?? false,
    enum: constraints.enum && new Set(constraints.enum),
    member: shape.kind === 'list' && member ? toldByShape(member) : undefined,
    key: key && toldByShape(key),
    value: shape.kind === 'map' && member ? toldByShape(member) : undefined,
    members: members?.map(({ name, required, shape }) => [name, required, toldByShape(shape)]),
  }
}

for (const operation of operations) {
  test(`the input of ${operation.name} is that of AWS's model`, { skip }, () => {
    const expected = model.operations[operation.name]
    assert.ok(expected, 'the model has the operation')
    assert.deepEqual(toldByShape(operation.input), toldByModel(expected.input.shape))
  })

  test(`the output of ${operation.name} is that of AWS's model`, { skip }, () => {
    const expected = model.operations[operation.name]?.output
    assert.equal(operation.output === undefined, expected === undefined, 'both have an output or none')
    if (operation.output && expected) assert.deepEqual(toldByShape(operation.output), toldByModel(expected.shape))
  })
}

test('nested structures have the names that the model gives them, as messages render them', { skip }, () => {
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
  assert.ok(named.size > 0)
  for (const [name, told] of named) assert.deepEqual(told, toldByModel(name))
})
