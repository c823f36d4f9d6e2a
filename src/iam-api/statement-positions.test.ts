import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statementPositions } from './statement-positions.ts'

/** The text of each statement, cut out by its positions. */
function cut(document: string): string[] {
  const lines = document.split('\n')
  const offset = ({ Line, Column }: { Line: number; Column: number }) =>
    lines.slice(0, Line - 1).reduce((sum, line) => sum + line.length + 1, 0) + Column - 1
  return statementPositions(document).map(({ StartPosition, EndPosition }) =>
    document.slice(offset(StartPosition), offset(EndPosition)),
  )
}

const first = { Sid: 'A', Effect: 'Allow', Action: ['a:b', 'c:d'], Resource: '*' }
const second = {
  Effect: 'Deny',
  Action: '*',
  Resource: '*',
  Condition: { StringLike: { 'a:b': ['{', ']', '"Statement":'] } },
}

test('statements of a list are found in their order, however they are written', () => {
  for (const space of [undefined, 2, '\t']) {
    const document = JSON.stringify({ Version: '2012-10-17', Statement: [first, second] }, null, space)
    assert.deepEqual(
      cut(document).map((text) => JSON.parse(text)),
      [first, second],
    )
  }
})

test('a single statement without a list is found, its start one column further', () => {
  const document = JSON.stringify({ Statement: second, Version: '2012-10-17' }, null, 2)
  assert.deepEqual(
    cut(document).map((text) => JSON.parse(`{${text}`)),
    [second],
  )
  assert.deepEqual(statementPositions('{"Statement":{"Effect":"Allow"}}'), [
    { StartPosition: { Line: 1, Column: 15 }, EndPosition: { Line: 1, Column: 32 } },
  ])
})

test('text that looks like JSON inside of strings is none', () => {
  const statement = { ...first, Sid: '\\"}]{[' }
  assert.deepEqual(
    cut(JSON.stringify({ Id: '"Statement":[{', Statement: [statement] })).map((text) => JSON.parse(text)),
    [statement],
  )
})

test('positions count from 1, and the end is behind the last character', () => {
  assert.deepEqual(statementPositions('{"Statement": [\n  {"Effect": "Allow"}\n]}'), [
    { StartPosition: { Line: 2, Column: 3 }, EndPosition: { Line: 2, Column: 22 } },
  ])
})
