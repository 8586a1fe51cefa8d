/**
 * Cursors name the last item of a page by what the list is ordered by, so they stay valid while rows are added or
 * leave the list. The first part never has a space in it.
 */
export function cursorOf(first: string | number, second: string): string {
  return `${first} ${second}`
}

/** The two parts of a cursor. @throws when the text is none. */
export function cursorParts(cursor: string): readonly [string, string] {
  const space = cursor.indexOf(' ')
  if (space < 1) throw new RangeError(`not a cursor of this list: ${JSON.stringify(cursor)}`)
  return [cursor.slice(0, space), cursor.slice(space + 1)]
}

/** The number in a cursor. @throws when the text is none. */
export function cursorNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) {
    throw new RangeError(`not a cursor of this list: ${JSON.stringify(text)}`)
  }
  return number
}
