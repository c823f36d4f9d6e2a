import { describe } from 'node:test'
import type { OpenEngine } from './engine-under-test.ts'
import { changesSuite } from './suites/changes.ts'
import { generationsSuite } from './suites/generations.ts'
import { holdersSuite } from './suites/holders.ts'
import { identitiesSuite } from './suites/identities.ts'
import { keyChangesSuite } from './suites/key-changes.ts'
import { keyTamperingSuite } from './suites/key-tampering.ts'
import { keyringSuite } from './suites/keyring.ts'
import { keysSuite } from './suites/keys.ts'
import { referencesSuite } from './suites/references.ts'
import { rotationLeasesSuite } from './suites/rotation-leases.ts'
import { searchSuite } from './suites/search.ts'
import { secretsSuite } from './suites/secrets.ts'
import { sinkPositionsSuite } from './suites/sink-positions.ts'
import { tamperingSuite } from './suites/tampering.ts'
import { trailSuite } from './suites/trail.ts'

/** What the ports promise, on one engine. Nothing here may be true of one engine only. */
export function engineSuite(name: string, open: OpenEngine): void {
  describe(name, () => {
    changesSuite(open)
    trailSuite(open)
    generationsSuite(open)
    keysSuite(open)
    keyChangesSuite(open)
    identitiesSuite(open)
    referencesSuite(open)
    holdersSuite(open)
    secretsSuite(open)
    rotationLeasesSuite(open)
    sinkPositionsSuite(open)
    searchSuite(open)
    keyringSuite(open)
    tamperingSuite(open)
    keyTamperingSuite(open)
  })
}
