/** A place in a text, both counted from 1. */
export interface Position {
  readonly Line: number
  readonly Column: number
}

export interface Span {
  readonly StartPosition: Position
  /** Behind the last character. */
  readonly EndPosition: Position
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs

/** Where the statements of a policy stand in its text, in their order. The text must be a policy that was read. */
export function statementPositions(document: string): readonly Span[] {
  const spans: Span[] = []
  const open: string[] = []
  let member = ''
  let start = 0
  for (const { 0: token, index } of document.matchAll(TOKEN)) {
    if (token.startsWith('"')) {
      if (open.length === 1 && /^\s*:/.test(document.slice(index + token.length))) member = JSON.parse(token)
      continue
    }
    const isStatement = member === 'Statement' && (open.length === 1 || (open.length === 2 && open[1] === '['))
    if (token === '{' || token === '[') {
      if (token === '{' && isStatement) start = index
      open.push(token)
      continue
    }
    const opened = open.pop()
    const closesStatement = member === 'Statement' && opened === '{' && (open.length === 1 || open.join() === '{,[')
    if (closesStatement)
      spans.push({ StartPosition: positionAt(document, start), EndPosition: positionAt(document, index + 1) })
  }
  return spans
}

function positionAt(text: string, index: number): Position {
  const lines = text.slice(0, index).split('\n')
  return { Line: lines.length, Column: (lines.at(-1)?.length ?? 0) + 1 }
}
