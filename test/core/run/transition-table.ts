/** A cell of a transition table: in this situation, this event leads to this state, or is refused. */
export interface Transition {
  readonly situation: string
  readonly event: string
  /** `undefined`: refused. */
  readonly to: string | undefined
}

/**
 * Reads a table drawn in text: the first line names the events, every other one a situation and, below each event, the
 * state that it leads to or `-`. Words of a situation are joined by `-`, so that columns are separated by spaces alone.
 */
export function transitions(drawing: string): readonly Transition[] {
  const [head = '', ...lines] = drawing.trim().split('\n')
  const events = head.trim().split(/\s+/)
  return lines.flatMap((line) => {
    const [situation = '', ...cells] = line.trim().split(/\s+/)
    if (cells.length !== events.length) throw new Error(`${situation} has ${cells.length} cells of ${events.length}`)
    return events.map((event, column) => ({ situation, event, to: cells[column] === '-' ? undefined : cells[column] }))
  })
}
