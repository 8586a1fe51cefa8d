import { partsOfRun } from '#adapters/aws/table-keys.ts'

/** How far one partition of a log was read: up to the item that starts at `start`, and `taken` events of that. */
export interface LogPosition {
  readonly start: number
  readonly taken: number
}

/** Nothing was read. */
export const logBegin: readonly LogPosition[] = Array.from({ length: partsOfRun }, () => ({ start: 0, taken: 0 }))

/** Positions as a text: `12.0.3+1.…`. */
export function logCursor(positions: readonly LogPosition[]): string {
  return positions.map(({ start, taken }) => (taken === 0 ? String(start) : `${start}+${taken}`)).join('.')
}

/** The positions in a cursor. @throws when the text is none. */
export function logPositions(cursor: string): readonly LogPosition[] {
  const positions = cursor.split('.').map((text) => /^(0|[1-9]\d{0,14})(?:\+([1-9]\d{0,3}))?$/.exec(text))
  if (positions.length !== partsOfRun || positions.includes(null)) {
    throw new RangeError(`not a cursor of this list: ${JSON.stringify(cursor)}`)
  }
  return positions.map((found) => ({ start: Number(found?.[1]), taken: Number(found?.[2] ?? 0) }))
}
