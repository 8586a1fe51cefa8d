import { instanceId, type SlotRef, taskOf } from '#core/run/ids.ts'

/** A clone of an array's run, by its place; `null`: nobody has this index. */
export type Member = Omit<SlotRef, 'run'> | null

/** Members that follow each other and differ in the index of their instance alone, or nobody several times over. */
interface Section {
  /** All but the index: `clean/1/0`; `-`: nobody. */
  readonly family: string
  readonly place: Member
  /** Of the instances; of others, nothing but as many as there are. */
  readonly indexes: (number | undefined)[]
}

/**
 * The members of an array in the order of their indexes, as one short text: `clean[0-4,7]/1/0 detect/1/0 -2`, where `-2` are two indexes
 * that nobody has.
 */
export function membersText(members: readonly Member[]): string {
  const sections: Section[] = []
  for (const place of members) {
    const index = indexOf(place)
    const family = familyOf(place)
    const last = sections.at(-1)
    const goesOn = last?.family === family && (place === null || (index !== undefined && last.indexes[0] !== undefined))
    if (goesOn) last.indexes.push(index)
    else sections.push({ family, place, indexes: [index] })
  }
  return sections.map(sectionText).join(' ')
}

/** What stands before each instance of a task, attempt and clone number. */
export function familyOf(place: Member): string {
  return place === null ? '-' : `${taskOf(place.task)}/${place.attempt}/${place.clone}`
}

/** The index of an instance; `undefined` of a plain task. */
export function indexOf(place: Member): number | undefined {
  const [, digits] = /\[(\d+)\]$/.exec(place?.task ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** The member at an index of a text that {@link membersText} made; `undefined` beyond its end, or where it has another form. O(length of the text). */
export function memberAt(text: string, index: number): Member | undefined {
  let left = index
  for (const section of text.split(' ')) {
    const parts = sectionForm.exec(section)
    if (parts === null) return undefined
    const [, nobody, task = '', ranges, attempt, clone] = parts
    if (nobody !== undefined) {
      if (left < Number(nobody)) return null
      left -= Number(nobody)
      continue
    }
    for (const range of (ranges ?? '0').split(',')) {
      const [from = 0, to = from] = range.split('-').map(Number)
      if (left <= to - from) {
        const instance = instanceId(task, ranges === undefined ? undefined : from + left)
        return { task: instance, attempt: Number(attempt), clone: Number(clone) }
      }
      left -= to - from + 1
    }
  }
  return undefined
}

/** Whether a text has the form of {@link membersText}, as far as one can tell without counting. */
export function isMembersText(text: string): boolean {
  return text.split(' ').every((section) => sectionForm.test(section))
}

const sectionForm =
  /^(?:-(\d{1,5})|([A-Za-z][A-Za-z0-9_-]{0,62})(?:\[(\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*)\])?\/(\d{1,6})\/(\d{1,6}))$/

function sectionText({ place, indexes }: Section): string {
  if (place === null) return `-${indexes.length}`
  const { task, attempt, clone } = place
  const ranges = rangesOf(indexes.filter((index) => index !== undefined))
  return `${taskOf(task)}${ranges === '' ? '' : `[${ranges}]`}/${attempt}/${clone}`
}

/** `0-4,7`: numbers that grow by one each are a range. */
function rangesOf(indexes: readonly number[]): string {
  const ranges: { readonly from: number; to: number }[] = []
  for (const index of indexes) {
    const last = ranges.at(-1)
    if (last !== undefined && index === last.to + 1) last.to = index
    else ranges.push({ from: index, to: index })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}
