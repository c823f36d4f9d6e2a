import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as cloudTrail from '@aws-sdk/client-cloudtrail'
import * as iam from '@aws-sdk/client-iam'
import * as kms from '@aws-sdk/client-kms'
import * as secretsManager from '@aws-sdk/client-secrets-manager'
import * as sts from '@aws-sdk/client-sts'
import type { RateOf } from '../../src/aws/request-rates.ts'
import { rateOf as cloudTrailRate } from '../../src/cloudtrail-api/request-rates.ts'
import { rateOf as iamRate } from '../../src/iam-api/request-rates.ts'
import { rateOf as kmsRate } from '../../src/kms/request-rates.ts'
import { rateOf as secretsManagerRate } from '../../src/secrets/request-rates.ts'
import { rateOf as stsRate } from '../../src/sts/request-rates.ts'

// Harm prevented: a misspelled operation has the rate of those that nobody named.

/** Operations without a rate of their own: all of IAM's but those that look at many policies, all of CloudTrail's but one, and what is refused or unknown. */
const services: readonly { service: string; client: object; rateOf: RateOf; others: RegExp | undefined }[] = [
  { service: 'Secrets Manager', client: secretsManager, rateOf: secretsManagerRate, others: undefined },
  {
    service: 'KMS',
    client: kms,
    rateOf: kmsRate,
    others: /^(Sign|Verify|DeriveSharedSecret|GetKeyLastUsage|Encapsulate|Decapsulate)$|DataKeyPair|CustomKeyStore/,
  },
  { service: 'STS', client: sts, rateOf: stsRate, others: /^AssumeRoleWith|^AssumeRoot$|^Get(Delegated|WebIdentity)/ },
  { service: 'CloudTrail', client: cloudTrail, rateOf: cloudTrailRate, others: /^(?!LookupEvents$)/ },
  {
    service: 'IAM',
    client: iam,
    rateOf: iamRate,
    others: /^(?!Simulate|GetContextKeys|GetAccountAuthorizationDetails)/,
  },
]

for (const { service, client, rateOf, others } of services)
  describe(service, () => {
    const known = Object.keys(client)
      .filter((name) => name.endsWith('Command') && name !== '$Command')
      .map((name) => name.slice(0, -'Command'.length))
    const named = (name: string) => rateOf({ name, access: 'read' })

    test('has a rate for every operation that AWS has one for', () => {
      assert.ok(known.length > 5)
      const without = known.filter((name) => !named(name).operations.includes(name))
      assert.deepEqual(
        without.filter((name) => !others?.test(name)),
        [],
      )
      assert.deepEqual(
        known.filter((name) => others?.test(name) && !without.includes(name)),
        [],
      )
    })

    test('has no rate for an operation that is none', () => {
      const all = known.flatMap((name) => named(name).operations)
      assert.deepEqual(
        all.filter((name) => !known.includes(name)),
        [],
      )
    })
  })

test('whatever has no rate of its own has that of what reads, or of what writes', () => {
  assert.equal(iamRate({ name: 'ListUsers', access: 'read' }), iamRate({ name: 'GetRole', access: 'read' }))
  assert.equal(iamRate({ name: 'CreateUser', access: 'write' }), iamRate({ name: 'DeleteRole', access: 'write' }))
  assert.notEqual(iamRate({ name: 'GetRole', access: 'read' }), iamRate({ name: 'DeleteRole', access: 'write' }))
})
