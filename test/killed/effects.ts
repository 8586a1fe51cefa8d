import { readFileSync } from 'node:fs'
import type { RunDocument } from '#contract/run-document.ts'

/** What an engine did, as its preload wrote it down; complete up to the moment of its death. */
export interface Effect {
  readonly line: string
  readonly kind: string
  /** Events that a transaction made durable. */
  readonly events: readonly { readonly type: string; readonly id: string }[]
}

/** The effects of a log in their order. */
export function readEffects(log: string): readonly Effect[] {
  return readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((numbered) => {
      const line = numbered.slice(numbered.indexOf(' ') + 1)
      const [kind = '', ...rest] = line.split(' ')
      return { line, kind, events: kind === 'commit' ? rest.map(eventOf) : [] }
    })
}

function eventOf(text: string): Effect['events'][number] {
  const at = text.indexOf('(')
  return { type: text.slice(0, at), id: text.slice(at + 1, -1) }
}

const ends = new Set(['slot.claimed', 'slot.failed', 'slot.decided', 'slot.fenced'])

/** Attempts (`task/number`) with a clone that had a place and had not come to its end. */
export function inFlight(effects: readonly Effect[]): ReadonlySet<string> {
  const slots = new Set<string>()
  for (const { type, id } of effects.flatMap(({ events }) => events)) {
    if (type === 'slot.starting') slots.add(id)
    if (ends.has(type)) slots.delete(id)
  }
  return new Set([...slots].map((slot) => slot.slice(0, slot.lastIndexOf('/'))))
}

/** Attempts (`task/number`) that a dead engine took with it. */
export function attemptsLost(runs: readonly RunDocument[]): readonly string[] {
  return runs
    .flatMap(({ tasks }) => tasks ?? [])
    .flatMap(({ id, attempts }) =>
      attempts
        .filter((attempt) => JSON.stringify(attempt).includes('"engine-lost"'))
        .map(({ number }) => `${id}/${number}`),
    )
}
