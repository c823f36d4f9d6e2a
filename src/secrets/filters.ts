import { errors } from './errors.ts'
import { wordsOf } from './search-words.ts'
import type { Secret } from './secret.ts'

/** A filter as a request gives it; the model demands neither member. */
export interface Filter {
  readonly Key?: string | undefined
  readonly Values?: readonly string[] | undefined
}

export type FilterKey = 'name' | 'description' | 'tag-key' | 'tag-value' | 'primary-region' | 'owning-service' | 'all'

/** What filters look at. */
export type SearchableSecret = Pick<Secret, 'name' | 'description' | 'tags' | 'primaryRegion' | 'owningService'>

export type CompiledFilters = readonly CompiledFilter[]

interface CompiledFilter {
  readonly attribute: Attribute
  readonly values: readonly CompiledValue[]
}

interface CompiledValue {
  /** Without the `!`. */
  readonly text: string
  readonly negated: boolean
  readonly accepts: (secret: SearchableSecret, words: WordsOf) => boolean
}

/** What an index must hold of a secret so that it may match: any one of these. */
export interface Alternative {
  /** Beginning of the attribute; for `description` of the lower-cased description. */
  readonly prefix?: string
  /** Beginning of one of the secret's words as `searchWords` gives them. */
  readonly word?: string
}

/** A filter that an index can answer: every match fits one of the alternatives, not everything that fits is a match. */
export interface Driver {
  readonly kind: FilterKey
  readonly alternatives: readonly Alternative[]
}

type WordsOf = (text: string) => readonly string[]

/** How a value is compared with one text. */
interface Rule {
  /** Whether the empty value matches (facts 9.6, 13). */
  readonly emptyMatches: boolean
  readonly compile: (value: string) => (text: string, words: WordsOf) => boolean
  /**
   * What an index must hold for the value. `rank` chooses among the words of a value, from the longest: a match has all of them, and which one
   * is rare only the store knows.
   */
  readonly alternatives: (value: string, rank: number) => readonly Alternative[]
  /** How many ranks there are for a value. */
  readonly ranks: (value: string) => number
}

interface Attribute {
  readonly key: FilterKey
  readonly texts: (secret: SearchableSecret) => readonly string[]
  readonly rule: Rule
}

/** Longer words are cut off in the index, in secrets and values alike. */
const MAX_INDEX_WORD = 64

/** Words of a value that are tried as drivers. */
const MAX_RANKS = 4

const prefixRule: Rule = {
  emptyMatches: true,
  compile: (value) => (text) => text.startsWith(value),
  alternatives: (value) => [{ prefix: value }],
  ranks: () => 1,
}

/** Every word of the value begins some word of the text (facts 6.4). */
const wordRule: Rule = {
  emptyMatches: false,
  compile(value) {
    const wanted = beginnings(wordsOf(value))
    if (wanted.length === 0) return () => false
    return (text, words) => {
      const known = words(text)
      return wanted.every((start) => hasBeginning(known, start))
    }
  },
  alternatives(value, rank) {
    const word = rankedWord(value, rank)
    return word === undefined ? [] : [{ word }]
  },
  ranks: (value) => Math.min(new Set(wordsOf(value)).size, MAX_RANKS),
}

/** AWS's reference and what was observed differ; either will do (design, decisions). */
const descriptionRule: Rule = {
  emptyMatches: false,
  compile(value) {
    const start = value.toLowerCase()
    const hasWords = wordRule.compile(value)
    return (text, words) => text.toLowerCase().startsWith(start) || hasWords(text, words)
  },
  alternatives(value, rank) {
    const prefix = value.toLowerCase()
    const word = rankedWord(value, rank)
    return [word === undefined ? { prefix } : { prefix, word }]
  },
  ranks: wordRule.ranks,
}

const optional = (text: string | undefined) => (text === undefined ? [] : [text])
const tagKeys = (secret: SearchableSecret) => secret.tags?.map((tag) => tag.Key) ?? []
const tagValues = (secret: SearchableSecret) => secret.tags?.map((tag) => tag.Value) ?? []

const ATTRIBUTES: readonly Attribute[] = [
  { key: 'name', rule: prefixRule, texts: (secret) => [secret.name] },
  { key: 'description', rule: descriptionRule, texts: (secret) => optional(secret.description) },
  { key: 'tag-key', rule: prefixRule, texts: tagKeys },
  { key: 'tag-value', rule: prefixRule, texts: tagValues },
  { key: 'primary-region', rule: prefixRule, texts: (secret) => optional(secret.primaryRegion) },
  { key: 'owning-service', rule: prefixRule, texts: (secret) => optional(secret.owningService) },
  { key: 'all', rule: wordRule, texts: allTexts },
]

/** Prepares the filters of a request, or says why they are refused (facts 6.1). */
export function compileFilters(filters: readonly Filter[]): CompiledFilters {
  return filters.map(({ Key, Values = [] }) => {
    const attribute = ATTRIBUTES.find(({ key }) => key === Key)
    if (!attribute) throw errors.filterKey()
    if (Values.length === 0) throw errors.filterValues(attribute.key)
    return { attribute, values: Values.map((value) => compileValue(attribute, value)) }
  })
}

/** Whether a secret is found: by every filter, which is by one of its values. */
export function matches(compiled: CompiledFilters, secret: SearchableSecret): boolean {
  const words = rememberWords()
  return compiled.every((filter) => filter.values.some((value) => value.accepts(secret, words)))
}

/**
 * What an index can answer: filters without negated and without empty values. A filter by words gives several drivers where its values have
 * several words; each of them admits every match.
 */
export function drivers(compiled: CompiledFilters): Driver[] {
  return compiled
    .filter(({ values }) => values.every((value) => !value.negated && value.text !== ''))
    .flatMap(({ attribute: { key, rule }, values }) => {
      const ranks = Math.max(1, ...values.map(({ text }) => rule.ranks(text)))
      return Array.from({ length: ranks }, (_, rank) => ({
        kind: key,
        alternatives: values.flatMap(({ text }) => rule.alternatives(text, rank)),
      }))
    })
}

/** The distinct words of a secret that an index stores for the filters `description` and `all`. */
export function searchWords(secret: SearchableSecret): { description: string[]; all: string[] } {
  return { description: indexWords(optional(secret.description)), all: indexWords(allTexts(secret)) }
}

function compileValue({ texts, rule }: Attribute, value: string): CompiledValue {
  const negated = value.startsWith('!')
  const text = negated ? value.slice(1) : value
  if (text === '') return { text, negated, accepts: () => rule.emptyMatches && !negated }
  const test = rule.compile(text)
  // A negated value holds when nothing matches, so also when there is nothing (facts 9.6, 4 and 5).
  return {
    text,
    negated,
    accepts: (secret, words) => texts(secret).some((candidate) => test(candidate, words)) !== negated,
  }
}

function allTexts(secret: SearchableSecret): string[] {
  return [
    secret.name,
    ...optional(secret.description),
    ...tagKeys(secret),
    ...tagValues(secret),
    ...optional(secret.primaryRegion),
    ...optional(secret.owningService),
  ]
}

/** Each word once, and none that begins another: whatever has the longer one has the shorter. */
function beginnings(words: readonly string[]): string[] {
  const sorted = [...new Set(words)].sort()
  return sorted.filter((word, index) => !sorted[index + 1]?.startsWith(word))
}

/** Whether one of the sorted words has this beginning: then it is the first that does not sort before it. */
function hasBeginning(sorted: readonly string[], start: string): boolean {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < start) low = middle + 1
    else high = middle
  }
  return sorted[low]?.startsWith(start) ?? false
}

/** The words of texts, sorted. Ten filters of ten values must not split the same texts a hundred times. */
function rememberWords(): WordsOf {
  const known = new Map<string, readonly string[]>()
  return (text) => {
    const words = known.get(text) ?? [...new Set(wordsOf(text))].sort()
    known.set(text, words)
    return words
  }
}

function indexWords(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap(wordsOf).map(indexWord))]
}

/** Cut to what the index stores, and not within a surrogate pair, which no store could hold. */
function indexWord(word: string): string {
  return word.slice(0, MAX_INDEX_WORD).replace(/[\ud800-\udbff]$/, '')
}

/** A word of a value by its length, from the longest; the shortest when there are not so many. */
function rankedWord(value: string, rank: number): string | undefined {
  const words = [...new Set(wordsOf(value))].sort((left, right) => right.length - left.length)
  const word = words[Math.min(rank, words.length - 1)]
  return word === undefined ? undefined : indexWord(word)
}
