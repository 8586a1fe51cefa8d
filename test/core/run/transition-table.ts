/** A transition table: what leads where, and what is refused. */
export interface Table {
  readonly situations: readonly string[]
  readonly events: readonly string[]
  readonly accepted: readonly { readonly situation: string; readonly event: string; readonly to: string }[]
  readonly refused: readonly { readonly situation: string; readonly event: string }[]
}

/**
 * Reads a table drawn in text: the first line names the events, every other one a situation and, below each event, the
 * state that it leads to or `-` where it is refused. Columns are separated by spaces.
 */
export function transitions(drawing: string): Table {
  const [head = '', ...lines] = drawing.trim().split('\n')
  const events = head.trim().split(/\s+/)
  const rows = lines.map((line) => {
    const [situation = '', ...cells] = line.trim().split(/\s+/)
    if (cells.length !== events.length) throw new Error(`${situation} has ${cells.length} cells of ${events.length}`)
    return { situation, cells }
  })
  const all = rows.flatMap(({ situation, cells }) =>
    events.map((event, column) => ({ situation, event, to: cells[column] as string })),
  )
  return {
    situations: rows.map(({ situation }) => situation),
    events,
    accepted: all.filter(({ to }) => to !== '-'),
    refused: all.filter(({ to }) => to === '-'),
  }
}
