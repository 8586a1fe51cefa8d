import type { MetricName } from '#contract/metrics.ts'
import type { Change } from '#core/run/record.ts'
import type { RunEvent, RunRecord } from '#core/run/run.ts'
import type { SlotEvent, SlotRecord } from '#core/run/slot.ts'
import type { Store } from '#ports/store.ts'

/** Takes a value of a metric. */
export type Measure = (name: MetricName, value: number) => void

/** A store that tells what its commits mean, once they are written: whoever writes an event is the only one that tells of it. */
export function measuredStore(store: Store, measure: Measure): Store {
  const { rows } = store
  return {
    log: store.log,
    history: store.history,
    rows: {
      get: (...asked) => rows.get(...asked),
      list: (...asked) => rows.list(...asked),
      waiting: (limit) => rows.waiting(limit),
      busy: (page) => rows.busy(page),
      runs: (...asked) => rows.runs(...asked),
      active: (page) => rows.active(page),
      async commit(run, changes, checks) {
        const written = await rows.commit(run, changes, checks)
        if (written.ok) for (const change of changes) tell(change, measure)
        return written
      },
    },
  }
}

function tell(change: Change, measure: Measure): void {
  if (change.kind === 'run') {
    for (const event of change.events) tellOfRun(event as RunEvent, change.value as RunRecord, measure)
  } else if (change.kind === 'slot') {
    for (const event of change.events) tellOfSlot(event as SlotEvent, change.value as SlotRecord, measure)
  }
}

const ends = { succeeded: 'RunsSucceeded', failed: 'RunsFailed', cancelled: 'RunsCancelled' } as const

function tellOfRun(event: RunEvent, run: RunRecord, measure: Measure): void {
  if (event.type === 'run.submitted') return measure('RunsSubmitted', 1)
  if (event.type !== 'run.finished') return
  measure(ends[event.state], 1)
  measure('MakespanS', (event.atMs - run.createdAtMs) / 1000)
  measure('CostUsd', event.totals.costUsd)
  measure('WastedUsd', event.totals.wastedCostUsd)
}

function tellOfSlot(event: SlotEvent, slot: SlotRecord, measure: Measure): void {
  switch (event.type) {
    case 'slot.starting':
      return measure('ClonesStarted', 1)
    case 'slot.leased':
      // Of the first lease: a later one is an agent that took over.
      if (event.fence === 1 && slot.startingAtMs !== null)
        measure('StartDelayS', (event.atMs - slot.startingAtMs) / 1000)
      return
    case 'slot.decided':
      if (event.state === 'won' || event.state === 'contributed') measure('ClonesWon', 1)
      if (event.state === 'lost') measure('ClonesLost', 1)
      return
    case 'slot.failed':
      return measure('ClonesFailed', 1)
    case 'slot.activated':
      return measure('HedgesCalled', 1)
    case 'slot.held':
      if (event.waitingFor === 'capacity') measure('ClonesHeld', 1)
      return
    default:
  }
}
