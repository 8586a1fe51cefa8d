import fc from 'fast-check'
import { evolve, refusalOf, type Events, type Kind, type Records } from '#core/run/record.ts'
import {
  atMs,
  groupStarted,
  ledgerEvents,
  marked,
  runEvents,
  slotEvents,
  standbyCreated,
  taskEvents,
} from './sample-events.ts'

/** The events of one row from its first one on, and the row after each of them. */
export interface Life<K extends Kind> {
  readonly kind: K
  readonly events: readonly Events[K][]
  readonly rows: readonly Records[K][]
}

/** Lives of rows of one kind: each step is any of the events that the row accepts, among those that could be tried. */
export function lives<K extends Kind>(kind: K): fc.Arbitrary<Life<K>> {
  return fc.array(fc.nat(), { minLength: 1, maxLength: 20 }).map((choices) => {
    const events: Events[K][] = []
    const rows: Records[K][] = []
    for (const [step, choice] of choices.entries()) {
      const row = rows.at(-1)
      const possible = attempts[kind](row, step).filter((event) => refusalOf(kind, row, event) === undefined)
      const event = possible[choice % possible.length]
      if (event === undefined) break
      events.push(event)
      rows.push(evolve(kind, row, event))
    }
    return { kind, events, rows }
  })
}

/** What could be tried at a step, right and wrong: numbers and fences one too low, as they should be, and too high. */
const attempts: { readonly [K in Kind]: (row: Records[K] | undefined, step: number) => readonly Events[K][] } = {
  run: (_, step) => Object.values(runEvents).map((event) => ({ ...event, atMs: atMs + step })),
  task: (task, step) => {
    const numbers = [0, 1, 2].map((more) => ({ ...taskEvents.started, number: (task?.attempts.length ?? 0) + more }))
    return [...Object.values(taskEvents), ...numbers].map((event) => ({ ...event, atMs: atMs + step }))
  },
  slot: (slot, step) => {
    const fence = slot?.fence ?? 0
    const fenced = [-1, 0, 1, 7].flatMap((more) => [
      { ...slotEvents.leased, fence: fence + more },
      { ...slotEvents.renewed, fence: fence + more },
      { ...slotEvents.claimed, fence: fence + more },
    ])
    const other = { ...slotEvents.leased, job: 'job-2', fence: 99 }
    // The way to a result is long and easily left, so its steps are tried more often than the others.
    const onward = [slotEvents.starting, { ...slotEvents.leased, fence: fence + 1 }, { ...slotEvents.claimed, fence }]
    const tried = [...Object.values(slotEvents), standbyCreated, ...fenced, other, ...repeated(onward, 8)]
    return tried.map((event) => ({ ...event, atMs: atMs + step }))
  },
  group: (_, step) => [
    ...['A', 'B', 'C'].map((member, position) => ({
      ...marked(member, { failure: position === 1, nothing: position === 2 }),
      size: 3,
      atMs: atMs + step,
    })),
    { ...marked('D'), atMs: atMs + step },
    { ...groupStarted, atMs: atMs + step },
  ],
  ledger: (_, step) => Object.values(ledgerEvents).map((event) => ({ ...event, atMs: atMs + step })),
}

function repeated<T>(values: readonly T[], times: number): readonly T[] {
  return Array.from({ length: times }, () => values).flat()
}
