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
  /** The Decrypt that opened its value, where a customer-managed key did. */
  readonly use?: EntryKeyUse | undefined
}

/**
 * A call of KMS that a service made for the caller under a customer-managed key. Twenty of them stand in a batch: what can be said once is, and
 * names are short.
 */
export interface EntryKeyUse {
  /** Position of the key among the `keys` of the entry; absent where the caller may not know which key it was. */
  readonly k?: number | undefined
  /** `SecretVersionId` of the encryption context. */
  readonly v: string
  /** `SecretARN` of the encryption context, where it is not that of the item or the entry. */
  readonly s?: string | undefined
  /** Operation; Decrypt when absent. */
  readonly op?: string | undefined
  readonly error?: EntryError | undefined
}

/** What a request, or a job of a service, begins or ends for versions of its secret (security facts 6.4). */
export interface EntryVersionEvents {
  readonly event: 'StartSecretVersionDelete' | 'CancelSecretVersionDelete' | 'EndSecretVersionDelete'
  /** Version ids, each with an event of its own. */
  readonly ids: readonly string[]
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
  /** ARNs of other resources that it touches: the keys of an alias, the key that a ciphertext comes under, a key's replica. */
  readonly others?: readonly string[] | undefined
  /** What else there is to tell of that resource, beside the parameters. */
  readonly additional?: Readonly<Record<string, string>> | undefined
  /** The parameter that is left out because the ids of the items are what it held. */
  readonly itemsOf?: string | undefined
  /** Outcomes of a batch, in order; only for operations that perform others. */
  readonly items?: readonly EntryItem[] | undefined
  /** Keys that `uses` and those of the items refer to: ARNs, or a text that means none. */
  readonly keys?: readonly string[] | undefined
  /** Calls of KMS for the request itself, in order; those for an item stand with it. */
  readonly uses?: readonly EntryKeyUse[] | undefined
  readonly versions?: EntryVersionEvents | undefined
  /** Version of TLS, cipher suite and Host header; absent where the client spoke no TLS to Coffer itself. */
  readonly tls?: readonly [version: string, cipher: string, host: string] | undefined
  readonly error?: EntryError | undefined
}

/** CloudTrail's limit on an error's text and on the user agent (security facts 6.1). */
export const ERROR_MESSAGE_LIMIT = 1024
export const USER_AGENT_LIMIT = 1024
/** Characters kept of a Host header: a name of DNS (RFC 1035, 2.3.4), a colon and a port. */
export const HOST_LIMIT = 255 + 6
