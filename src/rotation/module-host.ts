import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { FUNCTION_MS } from './function-target.ts'
import type { ChildAnswer } from './run-child.ts'

// The program of a child process: calls the handler that a module exports, as Lambda does, and says how that went.

/** What stands on standard input. */
export interface HostedCall {
  readonly path: string
  readonly handler: string
  readonly lambdaArn: string
  readonly event: unknown
}

type Callback = (error?: unknown) => void
type Handler = (event: unknown, context: object, callback: Callback) => unknown

const started = Date.now()

/** What a handler may ask about its call (Lambda, "context object"). */
function contextOf(lambdaArn: string): object {
  const [, , , , , , functionName = lambdaArn] = lambdaArn.split(':')
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: lambdaArn,
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, started + FUNCTION_MS - Date.now()),
  }
}

async function call({ path, handler: name, lambdaArn, event }: HostedCall): Promise<void> {
  const exported = await import(pathToFileURL(path).href)
  const handler: Handler | undefined = exported[name] ?? exported.default?.[name]
  if (typeof handler !== 'function') throw Object.assign(new Error(), { name: 'HandlerNotFound' })
  await new Promise<void>((resolve, reject) => {
    const callback: Callback = (error) => (error === undefined || error === null ? resolve() : reject(error))
    const result = handler(event, contextOf(lambdaArn), callback)
    // A handler that takes a callback and returns nothing is done when it calls it.
    const isDone = handler.length < 3 || result instanceof Promise
    if (isDone) Promise.resolve(result).then(() => resolve(), reject)
  })
}

let answer: ChildAnswer['answer'] = {}
try {
  await call(JSON.parse(await text(process.stdin)) as HostedCall)
} catch (error) {
  answer = { failed: error instanceof Error ? error.name : 'Error' }
}
process.send?.({ answer } satisfies ChildAnswer)
