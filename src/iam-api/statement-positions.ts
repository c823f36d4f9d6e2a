/** A place in a text, both counted from 1. */
export interface Position {
  readonly Line: number
  readonly Column: number
}

export interface Span {
  /** The first character of a statement in a list; the second of a statement without a list, as AWS counts it. */
  readonly StartPosition: Position
  /** Behind the last character. */
  readonly EndPosition: Position
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs

/** Where the statements of a policy stand in its text, in their order. The text must be a policy that was read. */
export function statementPositions(document: string): readonly Span[] {
  const spans: Span[] = []
  const open: string[] = []
  const starts = lineStarts(document)
  let member = ''
  let start = 0
  for (const { 0: token, index } of document.matchAll(TOKEN)) {
    if (token.startsWith('"')) {
      if (open.length === 1 && /^\s*:/.test(document.slice(index + token.length))) member = JSON.parse(token)
      continue
    }
    const isStatement = member === 'Statement' && (open.length === 1 || (open.length === 2 && open[1] === '['))
    if (token === '{' || token === '[') {
      if (token === '{' && isStatement) start = index + (open.length === 1 ? 1 : 0)
      open.push(token)
      continue
    }
    const opened = open.pop()
    const closesStatement = member === 'Statement' && opened === '{' && (open.length === 1 || open.join() === '{,[')
    if (closesStatement)
      spans.push({ StartPosition: positionAt(starts, start), EndPosition: positionAt(starts, index + 1) })
  }
  return spans
}

/** Places where lines begin. */
function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The last line that begins at or before a place, found by halves. */
function positionAt(starts: readonly number[], index: number): Position {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= index) low = middle
    else high = middle
  }
  return { Line: low + 1, Column: index - (starts[low] ?? 0) + 1 }
}
