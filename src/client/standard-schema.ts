/** What the reader uses of Standard Schema, version 1 (https://standardschema.dev): schemas of zod, valibot, arktype and others fit. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    validate(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The place of an issue, as `a.b.0`. Messages are left out: some libraries quote the value in them. */
export function placeOf({ path = [] }: StandardIssue): string {
  return path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
}
