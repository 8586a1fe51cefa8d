import type { Row } from '#cli/live/task-rows.ts'
import { line, type Line } from '#cli/terminal/line.ts'

const order = ['active', 'failed', 'settled', 'pending'] as const satisfies readonly Row['urgency'][]

/**
 * At most `height` of the rows, in their order: what is active first of all, then what failed, then the newest of what
 * is settled, then the next of what is pending. The last line counts what is left out. O(rows).
 */
export function fitted(rows: readonly Row[], height: number, more: string): readonly Line[] {
  if (rows.length <= height) return rows.map((row) => row.line)
  const room = Math.max(0, height - 1)
  const kept = new Set<Row>()
  for (const urgency of order) {
    const own = rows.filter((row) => row.urgency === urgency)
    const left = room - kept.size
    if (left <= 0) break
    for (const row of urgency === 'settled' ? own.slice(-left) : own.slice(0, left)) kept.add(row)
  }
  const hidden = rows.length - kept.size
  return [...rows.filter((row) => kept.has(row)).map((row) => row.line), line(`${more} ${hidden} more`, 'dim')]
}
