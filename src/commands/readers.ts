import type { ConnectionConfig } from '../connection-config.ts'
import { listSecretReaders } from '../explanations/operations/list-secret-readers.ts'
import { type Answered, type Ask, connect } from './call-coffer.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'
import { INCOMPLETE, type ReadersPage, readersText } from './readers-text.ts'

export interface ReadersOptions {
  /** Name or ARN. */
  readonly secret: string
  readonly json: boolean
  readonly connection: ConnectionConfig
}

/** Pages that one command asks for; each looks at up to 200 principals, so that AWS's quotas of users and roles fill about 30. */
export const MAX_PAGES = 100

/** Asks a running Coffer who may read a secret, and prints the statements that let them. */
export async function readers({ secret, json, connection }: ReadersOptions): Promise<void> {
  const ask = await connect(connection)
  const found: ReadersPage[] = []
  for await (const { output, json: page } of readerPages(secret, ask)) {
    found.push(output)
    if (json) process.stdout.write(jsonLine(page))
  }
  const complete = found.at(-1)?.NextToken === undefined
  const refusal = found.find(({ Refusal }) => Refusal !== undefined)?.Refusal
  const all = { arn: found[0]?.ARN ?? secret, readers: found.flatMap(({ Readers }) => Readers), refusal, complete }
  if (!json) process.stdout.write(readersText(all, outputWidth()))
  else if (!complete) process.stderr.write(`coffer: ${INCOMPLETE}\n`)
}

/** One page after the other, at most `MAX_PAGES`; the last one then has a NextToken. */
export async function* readerPages(SecretId: string, ask: Ask): AsyncGenerator<Answered<ReadersPage>> {
  let NextToken: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await ask(listSecretReaders, { SecretId, NextToken })
    yield answer
    NextToken = answer.output.NextToken
    if (NextToken === undefined) return
  }
}
