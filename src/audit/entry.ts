/** Who made a call, as records name them (security facts 6.2). */
export interface EntryCaller {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'WebIdentityUser' | 'AWSService'
  /** Unique id of the principal, of a role with the session's name; the account for `Root`. */
  readonly principalId: string
  readonly arn: string
  readonly account: string
  readonly accessKeyId?: string | undefined
  readonly userName?: string | undefined
  /** For temporary credentials. */
  readonly session?: EntrySession | undefined
}

/** Where temporary credentials come from. */
export interface EntrySession {
  /** The role that was assumed. */
  readonly role?: { readonly id: string; readonly arn: string; readonly name: string } | undefined
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
  readonly sourceIdentity?: string | undefined
  /** ARN of the provider whose token was given. */
  readonly federatedProvider?: string | undefined
}

/** What became of one secret of a request. */
export interface EntryItem {
  /** The id exactly as the caller sent it. */
  readonly id: string
  /** ARN it resolved to, when it did. */
  readonly arn?: string | undefined
  readonly error?: EntryError | undefined
}

export interface EntryError {
  /** Empty where records tell only the text. */
  readonly code: string
  /** At most {@link ERROR_MESSAGE_LIMIT} characters. */
  readonly message: string
}

/**
 * What the trail stores of one request: compact, the caller once, one outcome for each secret of a batch. CloudTrail's records are rendered
 * from it when they are read (`cloudtrail.ts`), so it holds all that they need, and never a value, a key or a token that opens anything.
 */
export interface Entry {
  /** Format version of the entry. */
  readonly v: 1
  /** Request id, the same that the answer carries. */
  readonly id: string
  /** What records show as request id where that is not `id`: all events of one rotation share theirs (security facts 6.4). */
  readonly requestId?: string | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Signing name of the service. */
  readonly service: string
  readonly operation: string
  readonly access: 'read' | 'write'
  readonly region: string
  readonly caller: EntryCaller
  readonly address: string
  readonly agent: string
  /** Input members that are not sensitive; absent when the input could not be understood. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** Output members that are not sensitive, for operations whose record tells what they answered. */
  readonly response?: Readonly<Record<string, unknown>> | undefined
  /** ARN of the resource, for operations on one. */
  readonly arn?: string | undefined
  /** ARNs of other resources that it touches: the keys of an alias, the key that a ciphertext comes under. */
  readonly others?: readonly string[] | undefined
  /** What else there is to tell of that resource, beside the parameters. */
  readonly additional?: Readonly<Record<string, string>> | undefined
  /** The parameter that is left out because the ids of the items are what it held. */
  readonly itemsOf?: string | undefined
  /** Outcomes of a batch, in order; only for operations that perform others. */
  readonly items?: readonly EntryItem[] | undefined
  readonly error?: EntryError | undefined
}

/** CloudTrail's limit on an error's text and on the user agent (security facts 6.1). */
export const ERROR_MESSAGE_LIMIT = 1024
export const USER_AGENT_LIMIT = 1024
