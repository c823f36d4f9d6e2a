import { readFileSync } from 'node:fs'
import { AlertRulesError, parseRules } from '../alerts/parse-rules.ts'
import type { AlertRule } from '../alerts/rule.ts'
import type { SinkConfig } from '../sink-config.ts'
import type { TrailSinks } from '../trail-delivery.ts'
import { CommandError, lineOf, reasonOf } from './command-error.ts'

/** The sinks of an operator, with rules that are understood. Throws CommandError. */
export function readSinks({ alerts, ...sinks }: SinkConfig): TrailSinks {
  return { ...sinks, alerts: alerts && { rules: readAlertRules(alerts.rules), webhook: alerts.webhook } }
}

/** What is wrong with a file of alert rules that could not be read or understood, a line for each mistake. */
export function mistakesOf(error: unknown): readonly string[] {
  return error instanceof AlertRulesError ? error.mistakes : [reasonOf(error)]
}

/** Rules of a file. Throws CommandError; each mistake but the last is printed before, on a line of its own on standard error. */
export function readAlertRules(path: string): readonly AlertRule[] {
  try {
    return parseRules(readFileSync(path, 'utf8'))
  } catch (error) {
    const lines = mistakesOf(error).map((mistake) => new CommandError(`Cannot use the alert rules ${path}: ${mistake}`))
    const last = lines.pop()
    for (const line of lines) process.stderr.write(`coffer: ${lineOf(line, '')}\n`)
    throw last
  }
}
