import { partitionOf } from '../../aws/partition.ts'
import { hostOf } from '../cloudtrail-common.ts'
import { accountOf, regionOf } from '../cloudtrail-resources.ts'
import type { Entry, EntryKeyUse } from '../entry.ts'
import { EVENT_ID_BEGINNING, eventIdBeginning } from '../event-id.ts'
import { type Attribute, type AttributeKey, attributeKeys, namesOf, resourceOf, userNameOf } from './trail-event.ts'

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
  const scope = absorb(EMPTY, scopeText(account, region))
  if (!attribute) return finish(scope)
  const { key, value } = attribute
  // All events of an entry begin alike: one term finds them.
  return finish(absorb(absorb(scope, KEYS[key]), key === 'EventId' ? value.slice(0, EVENT_ID_BEGINNING) : value))
}

/**
 * Terms of everything that any record of an entry may be looked up by, and perhaps of more; some may come twice. Nothing is rendered for it, and
 * no text joined: this is done for every record there ever is.
 */
export function termsOf(entry: Entry): number[] {
  const names = namesOf(entry)
  const attributes = attributesOf(entry, names)
  const terms: number[] = []
  for (const scopeText of scopesOf(entry)) {
    const scope = absorb(EMPTY, scopeText)
    terms.push(finish(scope))
    for (const [key, value] of attributes) terms.push(finish(absorb(absorb(scope, KEYS[key]), value)))
    const named = absorb(scope, KEYS.ResourceName)
    for (const name of names) terms.push(finish(absorb(named, name)))
  }
  return terms
}

const scopeText = (account: string, region: string) => `${account} ${region}`

/** Accounts that records of an entry are for, each with every Region that they may name. */
function scopesOf(entry: Entry): string[] {
  const { arn, others = [], items = [], keys = [], caller, region } = entry
  const isUsual = usualSecret(entry)
  const uses = usesOf(entry)
  const accounts = new Set([caller.account])
  const regions = new Set([region])
  const look = (name: string | undefined) => {
    if (name === undefined || isUsual(name)) return
    accounts.add(accountOf(name) ?? caller.account)
    // Uses of keys are where the key is, or the secret.
    if (uses.length > 0) regions.add(regionOf(name) ?? region)
  }
  look(arn)
  for (const name of others) look(name)
  for (const name of keys) look(name)
  for (const item of items) look(item.arn)
  for (const { s } of uses) look(s)
  return [...accounts].flatMap((account) => [...regions].map((one) => scopeText(account, one)))
}

/** All attributes but the names. */
function attributesOf(entry: Entry, names: readonly string[]): [AttributeKey, string][] {
  const { items = [], versions, caller, service, operation, access } = entry
  const attributes: [AttributeKey, string][] = [
    ['EventId', eventIdBeginning(entry.id)],
    ['EventName', operation],
    ['ReadOnly', String(access === 'read')],
    ['EventSource', hostOf(service)],
  ]
  const userName = userNameOf(caller)
  if (userName !== undefined) attributes.push(['Username', userName])
  if (caller.accessKeyId !== undefined) attributes.push(['AccessKeyId', caller.accessKeyId])
  if (items.length > 0) attributes.push(['EventName', 'GetSecretValue'], ['ReadOnly', 'true'])
  if (versions) attributes.push(['EventName', versions.event], ['ReadOnly', 'false'])
  const used = new Set(usesOf(entry).map(({ op = 'Decrypt' }) => op))
  if (used.size > 0) attributes.push(['EventSource', hostOf('kms')], ['ReadOnly', 'true'])
  for (const name of used) attributes.push(['EventName', name])
  for (const type of typesOf(names, entry)) attributes.push(['ResourceType', type])
  return attributes
}

function typesOf(names: readonly string[], entry: Entry): Set<string> {
  const isUsual = usualSecret(entry)
  const types = new Set<string>()
  for (const name of names) {
    const { type } = isUsual(name) || !name.startsWith('arn:') ? A_SECRET : resourceOf(name)
    if (type !== undefined) types.add(type)
  }
  return types
}

/** Test for the ARNs that nearly all requests are about, quicker than taking them apart. */
function usualSecret({ region, caller }: Entry): (name: string) => boolean {
  const beginning = `arn:${partitionOf(region)}:secretsmanager:${region}:${caller.account}:secret:`
  return (name) => name.startsWith(beginning)
}

const A_SECRET = resourceOf('a name')

function usesOf({ uses = [], items = [] }: Entry): readonly EntryKeyUse[] {
  const ofItems = items.flatMap(({ use }) => use ?? [])
  return ofItems.length > 0 ? [...uses, ...ofItems] : uses
}

/** What keys look like between a scope and a value. */
const KEYS = Object.fromEntries(attributeKeys.map((key) => [key, ` ${key} `])) as Readonly<Record<AttributeKey, string>>

const EMPTY = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a over UTF-16 units: quick on short texts, and nothing depends on it but how often one looks in vain. */
function absorb(bits: number, text: string): number {
  let all = bits
  for (let index = 0; index < text.length; index++) all = Math.imul(all ^ text.charCodeAt(index), PRIME)
  return all
}

/** Mixes the bits once more, so that texts which differ at their ends alone are far apart. */
function finish(bits: number): number {
  let all = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  all = Math.imul(all ^ (all >>> 13), 0xc2b2ae35)
  return (all ^ (all >>> 16)) >>> 0
}
