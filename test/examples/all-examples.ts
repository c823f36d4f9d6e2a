import { TokenIssuer } from '../operations/sts/token-issuer.ts'
import { FunctionsUnderTest } from '../rotation/rotating-function.ts'
import { type AppOptions, startApp, type TestApp } from '../start-app.ts'
import type { Example, Secrets } from './example.ts'
import { iamExamples } from './iam-examples.ts'
import { kmsExamples } from './kms-examples.ts'
import { cloudTrailExamples, cofferExamples, stsExamples } from './other-examples.ts'
import { secretsExamples } from './secrets-examples.ts'

export interface PreparedApp {
  readonly app: TestApp
  /** One for each operation of each service, in an order in which they can be sent one after the other. */
  readonly examples: readonly Example[]
  readonly issuer: TokenIssuer
}

/** A Coffer with all that the examples work on. */
export async function startPrepared(
  options: AppOptions = {},
  secret: Secrets = (what) => `${what}, as it is`,
): Promise<PreparedApp> {
  const issuer = await TokenIssuer.create('issuer-of-examples.example')
  const rotationFunctions = new FunctionsUnderTest()
  const app = await startApp({ ...options, issuerKeys: issuer.keys, rotationFunctions })
  issuer.now = app.clock.now
  rotationFunctions.client = app.client
  const examples = [
    ...(await secretsExamples(app, secret)),
    ...(await kmsExamples(app, secret)),
    ...(await iamExamples(app)),
    ...(await stsExamples(app, issuer)),
    ...cloudTrailExamples(),
    ...(await cofferExamples(app)),
  ]
  return { app, examples, issuer }
}
