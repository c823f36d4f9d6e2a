/** What a statement may carry; the same on every engine. */
export type SqlValue = string | number | null | Uint8Array

/** A list bound as one parameter, for `in ${list(values)}`. */
export class ListParameter {
  readonly values: readonly (string | number)[]
  constructor(values: readonly (string | number)[]) {
    this.values = values
  }
}

/** A piece of SQL with its parameters; pieces nest. */
export class Sql {
  readonly parts: readonly string[]
  readonly values: readonly (SqlValue | ListParameter)[]
  constructor(parts: readonly string[], values: readonly (SqlValue | ListParameter)[]) {
    this.parts = parts
    this.values = values
  }
}

/** Builds SQL from a template; every interpolated value becomes a parameter, every interpolated `Sql` a part of the text. */
export function sql(template: TemplateStringsArray, ...inserts: readonly (SqlValue | ListParameter | Sql)[]): Sql {
  const parts = [template[0] ?? '']
  const values: (SqlValue | ListParameter)[] = []
  inserts.forEach((insert, index) => {
    const after = template[index + 1] ?? ''
    if (insert instanceof Sql) {
      parts.push((parts.pop() ?? '') + insert.parts[0])
      parts.push(...insert.parts.slice(1))
      parts.push((parts.pop() ?? '') + after)
      values.push(...insert.values)
    } else {
      values.push(insert)
      parts.push(after)
    }
  })
  return new Sql(parts, values)
}

/** Text that is not a parameter: names of columns and tables known to the program. Never anything from outside. */
export function raw(text: string): Sql {
  return new Sql([text], [])
}

export function list(values: readonly (string | number)[]): ListParameter {
  return new ListParameter(values)
}

/** Pieces joined by a separator such as ` or `. */
export function join(pieces: readonly Sql[], separator: string): Sql {
  const parts = ['']
  for (const [index, piece] of pieces.entries()) {
    const [first = '', ...others] = piece.parts
    parts.push(`${parts.pop()}${index === 0 ? '' : separator}${first}`, ...others)
  }
  return new Sql(
    parts,
    pieces.flatMap(({ values }) => values),
  )
}

/** Keeps the number of parameters of a statement far below the engines' limits. */
export const ROWS_PER_INSERT = 100

/** Items in pieces of at most `size`, in their order; of none there is no piece. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** Condition that a text column starts with a prefix, as a range an index answers. Text compares bytewise on every engine. */
export function startsWith(column: Sql, prefix: string): Sql {
  const end = endOfPrefix(prefix)
  return end === undefined ? sql`${column} >= ${prefix}` : sql`${column} >= ${prefix} and ${column} < ${end}`
}

const LAST_CODE_POINT = 0x10_ff_ff
const LAST_BEFORE_SURROGATES = 0xd7_ff
const FIRST_BEHIND_SURROGATES = 0xe0_00

/** The first text behind all texts with a prefix: its last character raised by one. Undefined when there is none. */
function endOfPrefix(prefix: string): string | undefined {
  const characters = [...prefix]
  for (;;) {
    const last = characters.pop()?.codePointAt(0)
    if (last === undefined) return undefined
    if (last === LAST_CODE_POINT) continue
    const next = last === LAST_BEFORE_SURROGATES ? FIRST_BEHIND_SURROGATES : last + 1
    return characters.join('') + String.fromCodePoint(next)
  }
}

/** One row of an answer, by column name. */
export type Row = Readonly<Record<string, SqlValue>>
