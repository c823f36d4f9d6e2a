import type { OutgoingRecord } from '../audit/sinks/sink.ts'
import { addressTest } from '../iam/conditions/ip-address.ts'
import { globTest, withWildcards } from '../iam/match.ts'
import { type GroupMember, members } from './members.ts'

/** Tags of a secret; `forged` when its row is none that Coffer wrote, so that they could be any. */
export type SecretTags = ReadonlyMap<string, string> | 'forged'

/** Whether a record is what a rule looks for. */
export interface RecordTest {
  /** All but the tags. */
  fits(outgoing: OutgoingRecord): boolean
  /** Absent where tags do not matter. */
  readonly tagsFit?: ((tags: SecretTags | undefined) => boolean) | undefined
}

/** Conditions as a file has them. One with several values fits when any of them does. */
export interface Conditions {
  readonly texts: ReadonlyMap<GroupMember, readonly string[]>
  readonly readOnly: boolean | undefined
  readonly tags: ReadonlyMap<string, readonly string[]>
}

/** @param match all of these must fit; @param not none of these may */
export function compileTest(match: Conditions, not: Conditions | undefined): RecordTest {
  const wanted = plainTests(match)
  const unwanted = not ? plainTests(not) : []
  const withTag = tagTests(match)
  const withoutTag = not ? tagTests(not) : []
  return {
    fits: (outgoing) => wanted.every((test) => test(outgoing)) && !unwanted.some((test) => test(outgoing)),
    tagsFit:
      withTag.length + withoutTag.length === 0
        ? undefined
        : (tags) =>
            tags === 'forged' || (withTag.every((test) => test(tags)) && !withoutTag.some((test) => test(tags))),
  }
}

function plainTests({ texts, readOnly }: Conditions): ((outgoing: OutgoingRecord) => boolean)[] {
  const tests = [...texts].map(([member, values]) => {
    const each = values.map((value) => (member === 'address' ? addressTest(value) : patternTest(value)))
    return (outgoing: OutgoingRecord) =>
      members[member](outgoing).some((text) => text !== undefined && each.some((test) => test?.(text)))
  })
  return readOnly === undefined ? tests : [...tests, ({ record }) => record.readOnly === readOnly]
}

function tagTests({ tags }: Conditions): ((tags: ReadonlyMap<string, string> | undefined) => boolean)[] {
  return [...tags].map(([key, values]) => {
    const each = values.map(patternTest)
    return (found) => {
      const value = found?.get(key)
      return value !== undefined && each.some((test) => test(value))
    }
  })
}

/** `*` and `?` as in policies; letters count. */
const patternTest = (pattern: string) => globTest(withWildcards(pattern))
