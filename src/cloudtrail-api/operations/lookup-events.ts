import type { EventQuery, FoundEvent, Position } from '../../audit/lookup/look-up.ts'
import { attributeKeys } from '../../audit/lookup/trail-event.ts'
import { noResource, operation } from '../../aws/operation.ts'
import { integer, list, required, string, structure, timestamp } from '../../aws/shape.ts'
import { DAY_MS } from '../../aws/time.ts'
import type { CloudTrailContext } from '../context.ts'
import { errors } from '../errors.ts'

/** Events on a page when MaxResults is absent; also its maximum (security facts 6.8). */
const MAX_PAGE = 50
/** How far back events are looked up (security facts 6.8). */
const KEPT_MS = 90 * DAY_MS

const lookupAttribute = structure(
  {
    AttributeKey: required(string({ enum: attributeKeys })),
    AttributeValue: required(string({ length: [1, 2000] })),
  },
  'LookupAttribute',
)

const event = structure(
  {
    EventId: string(),
    EventName: string(),
    ReadOnly: string(),
    AccessKeyId: string(),
    EventTime: timestamp(),
    EventSource: string(),
    Username: string(),
    Resources: list(structure({ ResourceType: string(), ResourceName: string() }, 'Resource')),
    CloudTrailEvent: string(),
  },
  'Event',
)

/** What the service says to a value that breaks the model, by the member in which it stands. */
const refusals: Readonly<Record<string, (typeof errors)[keyof typeof errors]>> = {
  lookupAttributes: errors.lookupAttributes,
  maxResults: errors.maxResults,
  eventCategory: errors.eventCategory,
}

/** The records of the caller's account in the request's Region, newest first. */
export const lookupEvents = operation({
  name: 'LookupEvents',
  access: 'read',
  input: structure({
    LookupAttributes: list(lookupAttribute),
    StartTime: timestamp(),
    EndTime: timestamp(),
    EventCategory: string({ enum: ['insight'] }),
    MaxResults: integer({ range: [1, MAX_PAGE] }),
    NextToken: string(),
  }),
  output: structure({ Events: list(event), NextToken: string() }),
  refusalAt: (path) => refusals[path.split('.')[0] ?? '']?.(),
  check({ LookupAttributes = [], StartTime, EndTime }) {
    if (LookupAttributes.length > 1) throw errors.lookupAttributes()
    const [from = 0, to = Number.POSITIVE_INFINITY] = [StartTime?.getTime(), EndTime?.getTime()]
    // What is no time is none of a range either.
    if (!(from <= to)) throw errors.timeRange()
  },
  target: (_input, { scope }: CloudTrailContext) => noResource(scope.account),

  async run(input, _value: undefined, { scope, now, tokens, events }) {
    const { LookupAttributes = [], StartTime, EndTime, EventCategory, MaxResults = MAX_PAGE, NextToken } = input
    const bound = ['LookupEvents', scope, LookupAttributes, StartTime, EndTime, EventCategory]
    const before = NextToken === undefined ? undefined : (tokens.read(NextToken, bound, now) as Position | undefined)
    if (NextToken !== undefined && !before) throw errors.nextToken()
    // No insights are made here.
    if (EventCategory !== undefined) return { Events: [], NextToken: undefined }
    const [attribute] = LookupAttributes
    const query: EventQuery = {
      scope,
      attribute: attribute && { key: attribute.AttributeKey, value: attribute.AttributeValue },
      from: Math.max(StartTime?.getTime() ?? 0, now - KEPT_MS),
      to: endOf(EndTime?.getTime() ?? now),
      before,
      limit: MaxResults,
    }
    const page = await events.lookUp(query)
    return { Events: page.events.map(shown), NextToken: page.next && tokens.make(page.next, bound, now) }
  },
})

/** Events tell whole seconds, and one that tells the end is within. */
const endOf = (time: number) => Math.floor(time / 1000) * 1000 + 999

function shown({ record, userName, resources, text }: FoundEvent) {
  const { accessKeyId } = record.userIdentity
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    AccessKeyId: typeof accessKeyId === 'string' ? accessKeyId : undefined,
    EventTime: new Date(record.eventTime),
    EventSource: record.eventSource,
    Username: userName,
    Resources: resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: text,
  }
}
