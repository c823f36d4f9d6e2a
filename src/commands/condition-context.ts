import { ConfigError } from '../config-error.ts'

export interface ContextEntry {
  readonly Key: string
  readonly Values: string[]
}

/** Condition keys to suppose, from texts like `aws:SourceIp=192.0.2.1`. A key that comes again has one more value. Throws ConfigError. */
export function conditionContext(texts: readonly string[]): ContextEntry[] {
  // Names of condition keys know no upper and lower case (security facts 2.2).
  const entries = new Map<string, ContextEntry>()
  for (const text of texts) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (key === undefined || value === undefined)
      throw new ConfigError(`Cannot use the context: ${text}: wanted key=value, such as aws:SourceIp=192.0.2.1`)
    const entry = entries.get(key.toLowerCase())
    if (entry) entry.Values.push(value)
    else entries.set(key.toLowerCase(), { Key: key, Values: [value] })
  }
  return [...entries.values()]
}
