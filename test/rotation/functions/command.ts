import { text } from 'node:stream/consumers'
import { failing, handler } from './handlers.ts'

// A rotation function that is a program: the event stands on standard input.

const event = JSON.parse(await text(process.stdin))
if (process.argv[2] === 'failing') await failing()
else await handler(event)
