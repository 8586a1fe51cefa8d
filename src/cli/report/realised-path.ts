import { duration } from '#cli/format/duration.ts'
import { endedAtMs, winnerOf } from '#cli/report/winner.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { RunDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'
import { taskOf } from '#core/run/ids.ts'

/** A task on the path, and what it added to it: from its predecessor's end to its own. */
export interface Step {
  readonly id: string
  readonly addedS: number
  readonly times: SlotDocument['timesS'] | null
}

/**
 * What the run really waited for: from the instance that ended last, each time to the predecessor whose end let it
 * start. The steps add up to the time from submission to that end. O(tasks + needs).
 */
export function realisedPath(run: RunDocument): readonly Step[] {
  const tasks = run.tasks ?? []
  const byTask = Map.groupBy(tasks, ({ id }) => taskOf(id))
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const path: TaskDocument[] = []
  const seen = new Set<string>()
  for (let at = latest(tasks); at !== undefined && !seen.has(at.id); at = blocker(at)) {
    seen.add(at.id)
    path.unshift(at)
  }
  let before = Date.parse(run.createdAt)
  return path.map((task): Step => {
    const end = endedAtMs(task) ?? before
    const step = { id: task.id, addedS: Math.max(0, end - before) / 1000, times: winnerOf(task)?.timesS ?? null }
    before = end
    return step
  })

  function blocker(task: TaskDocument): TaskDocument | undefined {
    const candidates = task.needs.flatMap((need) => {
      if (!need.endsWith('[]')) return byTask.get(need) ?? []
      // Element by element: the instance with the same index.
      const same = byId.get(task.id.replace(taskOf(task.id), need.slice(0, -2)))
      return same === undefined ? [] : [same]
    })
    const start = startedAtMs(task)
    const before = candidates.filter((one) => (endedAtMs(one) ?? Infinity) <= start)
    return latest(before.length > 0 ? before : candidates.filter((one) => one !== task))
  }
}

/** Steps shown at each end of a long path. */
const shownEach = 4

/** `list 0.4s → clean[3] 5.2s (2.1s waiting) → report 1.0s`. */
export function pathInWords(path: readonly Step[], symbols: Symbols): string {
  const words = path.map(stepInWords)
  const left = path.length - 2 * shownEach
  const shown =
    left > 1 ? [...words.slice(0, shownEach), `${symbols.more} ${left} more`, ...words.slice(-shownEach)] : words
  return shown.join(` ${symbols.to} `)
}

/** Waits shorter than this share of a step are not named. */
const worthNaming = 0.1

function stepInWords({ id, addedS, times }: Step): string {
  const named = (['waiting', 'starting'] as const).flatMap((phase) => {
    const seconds = times?.[phase] ?? 0
    return seconds >= 0.1 && seconds >= addedS * worthNaming ? [`${duration(seconds)} ${phase}`] : []
  })
  return `${id} ${duration(addedS)}${named.length === 0 ? '' : ` (${named.join(', ')})`}`
}

function latest(tasks: readonly TaskDocument[]): TaskDocument | undefined {
  let found: TaskDocument | undefined
  let end = -Infinity
  for (const task of tasks) {
    const own = task.state === 'committed' || task.state === 'failed' ? endedAtMs(task) : null
    if (own !== null && own > end) {
      found = task
      end = own
    }
  }
  return found
}

function startedAtMs(task: TaskDocument): number {
  const starts = task.attempts.flatMap(({ slots }) =>
    slots.flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)])),
  )
  return starts.length === 0 ? Infinity : Math.min(...starts)
}
