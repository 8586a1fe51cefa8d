import { count } from '#cli/format/count.ts'
import { money } from '#cli/format/money.ts'
import { ran, wasActive, type RunView } from '#cli/live/run-view.ts'
import { causeWords, failedWordsOf, whyAndThen } from '#cli/report/attempt-words.ts'
import { span, type Line, type Span } from '#cli/terminal/line.ts'
import type { EventDocument } from '#contract/run-document.ts'
import type { RunEvent } from '#core/run/run.ts'
import type { SlotEvent, SlotRecord } from '#core/run/slot.ts'
import type { TaskEvent } from '#core/run/task.ts'

/** Columns that the name of what changed is padded to. */
const nameWidth = 16

/**
 * One line on an event, with the view as it is after it: `12:00:01.234  clean[3]/1/0  running on hot-cpu`. Nothing for
 * events that say no more than others do. Times are UTC.
 */
export function transition(document: EventDocument, view: RunView): Line | undefined {
  const words = transitionWords(document, view)
  if (words === undefined) return undefined
  const time = new Date(document.at).toISOString().slice(11, 23)
  return [span(`${time}  `, 'dim'), span(`${document.id.padEnd(nameWidth)}  `, 'strong'), words]
}

/** What an event says in words, with the view as it is after it; nothing where its type says it all. */
export function transitionWords({ kind, id, type, data }: EventDocument, view: RunView): Span | undefined {
  switch (kind) {
    case 'run':
      return runWords(type as RunEvent['type'], view)
    case 'task':
      return taskWords(id, type as TaskEvent['type'], data, view)
    case 'slot':
      return slotWords(id, type as SlotEvent['type'], view)
    case 'group':
    case 'ledger':
      return undefined
  }
}

function runWords(type: RunEvent['type'], view: RunView): Span | undefined {
  const { run } = view
  if (run === undefined) return undefined
  switch (type) {
    case 'run.submitted':
      return span(`${run.workflow} submitted as ${run.id}`)
    case 'run.planning':
      return undefined
    case 'run.started':
      return span('planned and running')
    case 'run.stopping':
      return span(`stopping: ${run.stopping ?? ''}; only what is always to run still starts`, 'wait')
    case 'run.cancelling':
      return span(`cancelling: ${run.error ?? ''}`, 'wait')
    case 'run.finished': {
      const why = run.error === null ? '' : `: ${run.error}`
      const cost = run.totals === null ? '' : `, ${money(run.totals.costUsd)}`
      return span(`${run.state}${why}${cost}`, run.state === 'succeeded' ? 'good' : 'bad')
    }
  }
}

function taskWords(id: string, type: TaskEvent['type'], data: EventDocument['data'], view: RunView): Span | undefined {
  const row = view.instance(id)?.row
  switch (type) {
    case 'task.expanded':
      return span(count(Number(data['instances']), 'instance'))
    case 'task.ready':
      return undefined
    case 'attempt.started':
      return (row?.attempts.length ?? 1) > 1 ? span(`attempt ${row?.attempts.length ?? 0}`, 'wait') : undefined
    case 'attempt.failed': {
      const failed = row?.attempts.at(-1)
      return span(
        `attempt ${failed?.number ?? ''} failed: ${failed === undefined ? '' : whyAndThen(failedWordsOf(failed))}`,
        'bad',
      )
    }
    case 'attempt.in-doubt': {
      const doubtful = row?.attempts.at(-1)
      const why = doubtful === undefined ? '' : whyAndThen(failedWordsOf(doubtful))
      return span(`attempt ${doubtful?.number ?? ''} in doubt: ${why}`, 'bad')
    }
    case 'task.committed': {
      const decision = row?.attempts.at(-1)?.decision ?? null
      return span(decision === null || !hasRivals(id, view) ? 'committed' : `committed: ${decision}`, 'good')
    }
    case 'task.reused':
      return span(`taken over from ${row?.reusedFrom ?? ''}`, 'good')
    case 'task.failed':
      return span(`failed: ${row?.error ?? ''}`, 'bad')
    case 'task.skipped':
      return span(`skipped: ${row?.error ?? ''}`, 'dim')
    case 'task.cancelled':
      return span(`cancelled: ${row?.error ?? ''}`, 'dim')
  }
}

function slotWords(key: string, type: SlotEvent['type'], view: RunView): Span | undefined {
  const slot = view.slot(key)
  if (slot === undefined) return undefined
  const on = `on ${slot.pool}`
  switch (type) {
    case 'slot.created':
    case 'slot.launched':
    case 'slot.unlaunched':
    // What came of the claim follows at once.
    case 'slot.claimed':
    case 'slot.renewed':
    case 'slot.billed':
      return undefined
    case 'slot.activated':
      return span(`called up ${on}: ${slot.why ?? ''}`, 'wait')
    case 'slot.held':
      return span(`waiting for ${slot.waitingFor ?? 'its turn'} ${on}`, 'wait')
    case 'slot.starting':
      return span(`starting ${on}${slot.variant === null ? '' : ` as ${slot.variant}`}`, 'busy')
    case 'slot.leased':
      return span(`running ${on}`, 'busy')
    case 'slot.failed':
    case 'slot.fenced': {
      const what = slot.state === 'rejected' ? 'rejected' : type === 'slot.fenced' ? 'fenced' : 'failed'
      const { failure } = slot
      if (failure === null) return span(`${what} ${on}`, 'bad')
      return span(`${what} ${on}: ${causeWords(failure)}: ${lastLine(failure.evidence)}`, 'bad')
    }
    case 'slot.decided':
      // Who never ran, or had no rival, has nothing to tell.
      if (!wasActive(slot) || (slot.state === 'won' && rivals(slot, view) === 0)) return undefined
      return span(`${slot.state} ${on}`, slot.state === 'won' ? 'good' : 'dim')
  }
}

function rivals(slot: SlotRecord, view: RunView): number {
  const slots = view.instance(slot.task)?.slots ?? []
  return slots.filter((one) => one !== slot && one.attempt === slot.attempt && ran(one)).length
}

/** Whether two or more clones of the task's latest attempt were given a place. */
function hasRivals(id: string, view: RunView): boolean {
  const instance = view.instance(id)
  const attempt = instance?.row.attempts.at(-1)?.number
  return (instance?.slots.filter((slot) => slot.attempt === attempt && ran(slot)).length ?? 0) > 1
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
