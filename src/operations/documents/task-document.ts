import type { AttemptDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'
import type { Placement } from '#core/planning/plan.ts'
import { predecessorMarks } from '#core/run/readiness.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { latestAttempt, type TaskRecord } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** A slot as users see it. What was not measured is `null`. */
function slotDocument(slot: SlotRecord): SlotDocument {
  const { bill, failure } = slot
  return {
    clone: slot.clone,
    variant: slot.variant,
    kind: slot.kind,
    state: slot.state,
    pool: slot.pool,
    reason: slot.reason,
    why: slot.why,
    // A slot that dispatch has not looked at yet waits for its turn, and so for capacity.
    waitingFor: slot.state === 'waiting' ? (slot.waitingFor ?? 'capacity') : slot.waitingFor,
    startedAt: iso(slot.runningAtMs),
    endedAt: iso(slot.endedAtMs),
    timesS: {
      waiting: between(slot.waitingAtMs, slot.startingAtMs ?? slot.endedAtMs),
      starting: between(slot.startingAtMs, slot.runningAtMs ?? slot.endedAtMs),
      stagingIn: bill?.times.stagingInS ?? null,
      running: bill?.times.runningS ?? null,
      stagingOut: bill?.times.stagingOutS ?? null,
    },
    bytesIn: bill?.usage.bytesIn ?? 0,
    bytesOut: bill?.usage.bytesOut ?? 0,
    cpuS: bill?.usage.cpuS ?? null,
    peakMemoryMiB: bill?.usage.peakMemoryMiB ?? null,
    usageBasis: bill?.usage.basis ?? 'none',
    exitCode: failure?.exitCode ?? (slot.claim === null ? null : 0),
    cause: failure?.cause ?? null,
    evidence: failure?.evidence ?? null,
    costUsd: bill?.costUsd ?? 0,
  }
}

/** A task as users see it, with all its attempts. `slots` are those of all attempts. */
export function taskDocument(
  row: TaskRecord,
  slots: readonly SlotRecord[],
  task: Task,
  placement: Placement | undefined,
): TaskDocument {
  const attempts = row.attempts.map((attempt): AttemptDocument => ({
    number: attempt.number,
    state: attempt.state,
    cause: attempt.failure?.cause ?? null,
    confidence: attempt.failure?.confidence ?? null,
    evidence: attempt.failure?.evidence ?? null,
    remedy: attempt.remedy,
    reason: attempt.reason,
    decision: attempt.decision,
    slots: slots
      .filter((slot) => slot.attempt === attempt.number)
      .sort((a, b) => a.clone - b.clone)
      .map(slotDocument),
  }))
  const current = attempts.at(-1)?.slots ?? []
  return {
    ...unstarted(task, placement),
    id: row.id,
    state: row.state,
    key: row.key,
    waitingFor: waitingFor(row, current),
    reusedFrom: row.reusedFrom,
    error: row.error,
    attempts,
  }
}

/** What nothing of the task goes on for. */
function waitingFor(row: TaskRecord, slots: readonly SlotDocument[]): TaskDocument['waitingFor'] {
  if (row.state !== 'running' || row.instances !== null) return null
  if (latestAttempt(row)?.state === 'in-doubt') return 'person'
  const waits = slots.every((slot) => slot.state === 'waiting' || slot.state === 'standby')
  return waits ? (slots.find((slot) => slot.state === 'waiting')?.waitingFor ?? null) : null
}

/** A task that has no row: its predecessors have not ended, or the run ended first. */
export function unreadyDocument(
  task: Task,
  placement: Placement | undefined,
  state: 'pending' | 'skipped',
): TaskDocument {
  const why = state === 'pending' ? { waitingFor: 'predecessors' as const } : { error: 'the run ended first' }
  return { ...unstarted(task, placement), state, ...why }
}

function unstarted(task: Task, placement: Placement | undefined): TaskDocument {
  return {
    id: task.id,
    state: 'pending',
    key: null,
    waitingFor: null,
    reusedFrom: null,
    error: null,
    reason: placement?.reason ?? null,
    onCriticalPath: placement?.onCriticalPath ?? false,
    needs: predecessorMarks(task),
    predicted:
      placement === undefined
        ? null
        : {
            durationS: placement.predicted.durationS,
            memoryMiB: placement.predicted.memoryMiB,
            basis: placement.predicted.basis,
          },
    attempts: [],
  }
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}

/** Seconds from one moment to another; `null` while either is unknown, never negative when clocks step back. */
function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : Math.max(0, toMs - fromMs) / 1000
}
