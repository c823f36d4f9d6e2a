import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsError } from '../error.ts'
import { blob, boolean, integer, list, map, string, structure, timestamp } from '../shape.ts'
import { encodeJsonError, encodeJsonOutput, wantsJson } from './encode-json.ts'

const FRAME = { operation: 'GetThing', namespace: 'https://thing.test/', requestId: 'id-1' }

test('JSON is what the Accept header names before XML', () => {
  for (const accept of [
    'application/json',
    'Application/JSON; q=1',
    'text/html, application/json, text/xml',
    '*/*,application/json',
  ])
    assert.equal(wantsJson(accept), true, accept)
  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/xml',
    'application/xml, application/json',
    'application/x-amz-json-1.1',
  ])
    assert.equal(wantsJson(accept), false, String(accept))
})

test('an answer has the members of its shape, dates in seconds and bytes in base64', () => {
  const shape = structure({
    Name: string(),
    Count: integer(),
    Open: boolean(),
    At: timestamp(),
    Bytes: blob(),
    Parts: list(structure({ Id: string() })),
    Counts: map(string(), integer()),
    Absent: string(),
  })
  const output = {
    Name: 'a',
    Count: 2,
    Open: false,
    At: new Date(1_700_000_000_000),
    Bytes: Buffer.from('xyz'),
    Parts: [{ Id: 'p', Unknown: 1 }],
    Counts: { one: 1 },
    Absent: undefined,
    Unknown: 'left out',
  }
  assert.deepEqual(JSON.parse(encodeJsonOutput(FRAME, shape, output)), {
    GetThingResponse: {
      GetThingResult: {
        Name: 'a',
        Count: 2,
        Open: false,
        At: 1_700_000_000,
        Bytes: 'eHl6',
        Parts: [{ Id: 'p' }],
        Counts: { one: 1 },
      },
      ResponseMetadata: { RequestId: 'id-1' },
    },
  })
})

test('an operation without output has no Result, as in XML', () => {
  assert.deepEqual(JSON.parse(encodeJsonOutput(FRAME, undefined, {})), {
    GetThingResponse: { ResponseMetadata: { RequestId: 'id-1' } },
  })
})

test('an error has the code, text and status that it has in XML', () => {
  const denied = encodeJsonError(new AwsError('AccessDeniedException', 'No.'), 'id-2')
  assert.equal(denied.status, 403)
  assert.deepEqual(JSON.parse(denied.body), {
    Error: { Code: 'AccessDenied', Message: 'No.', Type: 'Sender' },
    RequestId: 'id-2',
  })
  const failed = encodeJsonError(new AwsError('InternalServiceError', 'Broken.', { status: 500 }), 'id-3')
  assert.deepEqual(JSON.parse(failed.body).Error.Type, 'Receiver')
})
