import { pino } from 'pino'

/** What Coffer tells its operator. Never a value, a key or a token. */
export interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** JSON lines on standard error. */
export function standardLog(level: 'info' | 'warn'): Log {
  const destination = pino.destination({ fd: 2, sync: true })
  // Nobody reads any more, or the disk behind it is full: that must not end a server.
  destination.on('error', () => {})
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}
