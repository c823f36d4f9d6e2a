import type { Entry } from '../entry.ts'
import { EVENT_ID_BEGINNING, eventIdBeginning } from '../event-id.ts'
import { type Attribute, namesOf, resourceOf, userNameOf } from './trail-event.ts'

/** Whose records, of where: LookupEvents never tells those of others. */
export interface Scope {
  readonly account: string
  readonly region: string
}

/**
 * A number that stands for an attribute, or for any record, in an account's Region. Two may have the same number, which costs a look in vain and
 * nothing else.
 */
export function termOf({ account, region }: Scope, attribute?: Attribute): number {
  const scope = `${account} ${region}`
  if (!attribute) return hash(scope)
  const { key, value } = attribute
  // All events of an entry begin alike: one term finds them.
  return hash(`${scope} ${key} ${key === 'EventId' ? value.slice(0, EVENT_ID_BEGINNING) : value}`)
}

/** Terms of everything that any record of an entry may be looked up by, and perhaps of more. Not rendered for it: that would cost far more. */
export function termsOf(entry: Entry): number[] {
  const scope = `${entry.caller.account} ${entry.region}`
  const terms = [hash(scope)]
  const add = (key: Attribute['key'], value: string | undefined) => {
    if (value !== undefined) terms.push(hash(`${scope} ${key} ${value}`))
  }
  const { items = [], caller } = entry
  add('EventId', eventIdBeginning(entry.id))
  add('EventName', entry.operation)
  if (items.length > 0) add('EventName', 'GetSecretValue')
  add('ReadOnly', String(entry.access === 'read'))
  add('Username', userNameOf(caller))
  add('EventSource', `${entry.service}.amazonaws.com`)
  add('AccessKeyId', caller.accessKeyId)
  for (const name of namesOf(entry)) {
    add('ResourceName', name)
    add('ResourceType', resourceOf(name).type)
  }
  return terms
}

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a over UTF-16 units, its bits mixed once more: quick on short texts, and nothing depends on it but how often one looks in vain. */
function hash(text: string): number {
  let bits = OFFSET
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), PRIME)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
