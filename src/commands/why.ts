import type { ConnectionConfig } from '../connection-config.ts'
import { explainAccess } from '../explanations/operations/explain-access.ts'
import { connect } from './call-coffer.ts'
import { conditionContext } from './condition-context.ts'
import { type AccessQuestion, explanationText } from './explanation-text.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'

export interface WhyOptions extends Omit<AccessQuestion, 'region'> {
  /** Condition keys to suppose, as `key=value`. */
  readonly context: readonly string[]
  readonly json: boolean
  readonly connection: ConnectionConfig
}

/** Asks a running Coffer whether a principal may do something, and prints which statements decide. */
export async function why({ context, json, connection, ...question }: WhyOptions): Promise<void> {
  const Context = conditionContext(context)
  const ask = await connect(connection)
  const { principal: PrincipalArn, action: Action, resource: ResourceArn } = question
  const answer = await ask(explainAccess, { PrincipalArn, Action, ResourceArn, Context })
  process.stdout.write(
    json
      ? jsonLine(answer.json)
      : explanationText(answer.output, { ...question, region: connection.region }, outputWidth()),
  )
}
