import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AnyOperation } from '../aws/operation.ts'
import { operations as cloudTrail } from '../cloudtrail-api/operations/index.ts'
import { operations as iam } from '../iam-api/operations/index.ts'
import { operations as kms } from '../kms/operations/index.ts'
import { operations as secretsManager } from '../secrets/operations/index.ts'
import { operations as sts } from '../sts/operations/index.ts'
import { knownActions } from './known-actions.ts'
import { operationsByName, type Service } from './service.ts'

const all: Readonly<Record<string, readonly AnyOperation[]>> = {
  secretsmanager: secretsManager,
  kms,
  iam,
  sts,
  cloudTrail,
}

describe('the known actions', () => {
  for (const [name, operations] of Object.entries(all))
    for (const operation of operations) {
      const { alsoRequires, furtherTargets, furtherActions = [] } = operation
      if (alsoRequires || furtherTargets)
        test(`have what ${name}:${operation.name} asks for beyond its own action`, () =>
          assert.ok(furtherActions.length > 0 && furtherActions.every((action) => /^[a-z]+:[A-Z]\w+$/.test(action))))
    }

  test('have the actions of operations, and those that only other operations ask for', () => {
    const services = Object.entries(all).map(([signingName, operations]) => {
      return { signingName, operations: operationsByName(operations) } as Service
    })
    const known = knownActions(services)
    assert.equal(known.get('secretsmanager:getsecretvalue')?.action, 'secretsmanager:GetSecretValue')
    assert.equal(known.get('kms:reencryptto')?.operation, undefined)
    assert.equal(known.get('kms:reencrypt'), undefined)
    assert.equal(known.get('iam:passrole')?.service?.signingName, 'iam')
    assert.equal(known.get('lambda:invokefunction')?.service, undefined)
    assert.equal(known.get('s3:getobject'), undefined)
  })
})
