import { hostOf } from '../cloudtrail-common.ts'
import { accountOf, regionOf } from '../cloudtrail-resources.ts'
import type { Entry } from '../entry.ts'
import { EVENT_ID_BEGINNING, eventIdBeginning } from '../event-id.ts'
import { type Attribute, type AttributeKey, namesOf, resourceOf, userNameOf } from './trail-event.ts'

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
  return hash(`${scope} ${text(key, key === 'EventId' ? value.slice(0, EVENT_ID_BEGINNING) : value)}`)
}

/** Terms of everything that any record of an entry may be looked up by, and perhaps of more. Not rendered for it: that would cost far more. */
export function termsOf(entry: Entry): number[] {
  const attributes = attributesOf(entry)
  return scopesOf(entry).flatMap((scope) => [hash(scope), ...attributes.map((text) => hash(`${scope} ${text}`))])
}

/** Accounts that records of an entry are for, each with every Region that they may name. */
function scopesOf(entry: Entry): string[] {
  const { arn, others = [], items = [], keys = [], uses = [], caller, region } = entry
  const accounts = new Set([caller.account])
  const regions = new Set([region])
  const look = (name: string | undefined) => {
    const account = name === undefined ? undefined : accountOf(name)
    if (account !== undefined) accounts.add(account)
  }
  for (const name of [arn, ...others, ...keys]) look(name)
  for (const item of items) look(item.arn)
  const used = [...uses, ...items.flatMap(({ use }) => use ?? [])]
  if (used.length > 0)
    for (const name of [arn, ...keys, ...items.map((item) => item.arn), ...used.map(({ s }) => s)])
      regions.add(regionOf(name ?? '') ?? region)
  return [...accounts].flatMap((account) => [...regions].map((one) => `${account} ${one}`))
}

function attributesOf(entry: Entry): string[] {
  const { items = [], uses = [], versions, caller, service, operation, access } = entry
  const used = [...uses, ...items.flatMap(({ use }) => use ?? [])]
  const names = new Set(namesOf(entry))
  const userName = userNameOf(caller)
  return [
    text('EventId', eventIdBeginning(entry.id)),
    text('EventName', operation),
    text('ReadOnly', String(access === 'read')),
    text('EventSource', hostOf(service)),
    ...(userName === undefined ? [] : [text('Username', userName)]),
    ...(caller.accessKeyId === undefined ? [] : [text('AccessKeyId', caller.accessKeyId)]),
    ...(items.length > 0 ? [text('EventName', 'GetSecretValue'), text('ReadOnly', 'true')] : []),
    ...(versions ? [text('EventName', versions.event), text('ReadOnly', 'false')] : []),
    ...(used.length > 0 ? [text('EventSource', hostOf('kms')), text('ReadOnly', 'true')] : []),
    ...new Set(used.map(({ op = 'Decrypt' }) => text('EventName', op))),
    ...[...names].map((name) => text('ResourceName', name)),
    ...new Set([...names].map((name) => text('ResourceType', resourceOf(name).type ?? ''))),
  ]
}

const text = (key: AttributeKey, value: string) => `${key} ${value}`

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
