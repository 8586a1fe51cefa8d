import type { EventDocument } from '#contract/run-document.ts'
import type { Failure } from '#core/failure/cause.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import type { Json } from '#core/json.ts'

export const startMs = Date.UTC(2026, 10, 21, 12, 0, 0)

/** What a clone on a cheap pool asks for. */
const asked = { reason: 'cheapest', resources: { vcpus: 1, memoryMiB: 512, gpus: 0 }, timeoutS: null }

function wholeFailure(failure: Partial<Failure>) {
  return {
    cause: 'user-error',
    confidence: 'certain',
    exitCode: 1,
    signal: null,
    evidence: '',
    ...failure,
  } satisfies Failure
}

/** Writes the events of a run as the control plane lists them; times are seconds from its submission. */
export class Script {
  readonly events: EventDocument[] = []
  readonly #versions = new Map<string, number>()

  submitted(): this {
    return this.#add(0, 'run', 'run', 'run.submitted', {
      id: 'run_00000001',
      timeoutS: null,
      budgetUsd: null,
      retry: null,
      tenant: 'local',
      workflow: 'anomalies',
      workflowHash: 'aa',
      params: {},
      labels: {},
      priority: 50,
      deadlineS: null,
      policy: { cloning: true, hedging: true },
    }).#add(0, 'run', 'run', 'run.planning', {}).#add(0.1, 'run', 'run', 'run.started', { planId: 'bb' })
  }

  finished(atS: number, state: 'succeeded' | 'failed' | 'cancelled', error: string | null = null): this {
    const totals = { costUsd: 0.0021, wastedCostUsd: 0.0003 }
    return this.#add(atS, 'run', 'run', 'run.finished', { state, error, totals })
  }

  ready(atS: number, id: string, key: string | null = null): this {
    const bracket = id.indexOf('[')
    const task = bracket === -1 ? id : id.slice(0, bracket)
    const index = bracket === -1 ? null : Number(id.slice(bracket + 1, -1))
    return this.#add(atS, 'task', id, 'task.ready', { run: 'run_00000001', id, task, index, key, values: {} })
  }

  expanded(atS: number, id: string, instances: number): this {
    return this.#add(atS, 'task', id, 'task.expanded', { run: 'run_00000001', id, instances })
  }

  attempt(atS: number, id: string, number: number, slots: number): this {
    return this.#add(atS, 'task', id, 'attempt.started', { number, slots })
  }

  attemptFailed(atS: number, id: string, failure: Partial<Failure>, remedy: RemedyKind, reason: string): this {
    return this.#add(atS, 'task', id, 'attempt.failed', { failure: wholeFailure(failure), remedy, reason })
  }

  inDoubt(atS: number, id: string, failure: Partial<Failure>, reason: string): this {
    return this.#add(atS, 'task', id, 'attempt.in-doubt', { failure: wholeFailure(failure), reason })
  }

  committed(atS: number, id: string, decision: string | null = null): this {
    return this.#add(atS, 'task', id, 'task.committed', { outputs: {}, decision })
  }

  reused(atS: number, id: string, from: string): this {
    const place = { run: 'run_00000001', id, task: id, index: null, key: null, values: {} }
    return this.#add(atS, 'task', id, 'task.reused', { ...place, outputs: {}, from })
  }

  stopping(atS: number, reason: string): this {
    return this.#add(atS, 'run', 'run', 'run.stopping', { reason })
  }

  failed(atS: number, id: string, error: string): this {
    return this.#add(atS, 'task', id, 'task.failed', { error })
  }

  skipped(atS: number, id: string, why: string): this {
    return this.#add(atS, 'task', id, 'task.skipped', {
      run: 'run_00000001',
      id,
      task: id,
      index: null,
      why,
      for: 'failure',
    })
  }

  slot(
    atS: number,
    key: string,
    pool: string,
    kind: 'active' | 'standby' = 'active',
    variant: string | null = null,
  ): this {
    const [task = '', attempt, clone] = key.split('/')
    const where = { run: 'run_00000001', task, attempt: Number(attempt), clone: Number(clone), pool, kind }
    return this.#add(atS, 'slot', key, 'slot.created', { ...where, ...asked, variant, rank: 1, notBeforeMs: null })
  }

  held(atS: number, key: string, waitingFor: string): this {
    return this.#add(atS, 'slot', key, 'slot.held', { waitingFor })
  }

  activated(atS: number, key: string, why: string): this {
    return this.#add(atS, 'slot', key, 'slot.activated', { why })
  }

  starting(atS: number, key: string, pool: string): this {
    return this.#add(atS, 'slot', key, 'slot.starting', { pool, job: key, reservedNanoUsd: 0 })
  }

  running(atS: number, key: string): this {
    const untilMs = startMs + (atS + 120) * 1000
    return this.#add(atS, 'slot', key, 'slot.leased', { fence: 1, job: key, holder: 'h', untilMs })
  }

  claimed(atS: number, key: string): this {
    return this.#add(atS, 'slot', key, 'slot.claimed', { fence: 1, manifest: {} })
  }

  slotFailed(atS: number, key: string, failure: Partial<Failure>): this {
    return this.#add(atS, 'slot', key, 'slot.failed', { failure: wholeFailure(failure) })
  }

  fenced(atS: number, key: string, failure: Partial<Failure>): this {
    return this.#add(atS, 'slot', key, 'slot.fenced', { failure: wholeFailure(failure) })
  }

  decided(atS: number, key: string, state: 'won' | 'contributed' | 'lost' | 'cancelled'): this {
    return this.#add(atS, 'slot', key, 'slot.decided', { state })
  }

  billed(atS: number, key: string, costUsd: number): this {
    const times = { stagingInS: 0, runningS: 1, stagingOutS: 0 }
    const usage = { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 }
    return this.#add(atS, 'slot', key, 'slot.billed', { bill: { times, usage, billedS: 1, costUsd } })
  }

  /** A task that ran as a single clone from `fromS` to `toS`. */
  alone(fromS: number, toS: number, id: string, pool: string): this {
    const key = `${id}/1/0`
    return this.ready(fromS, id)
      .attempt(fromS, id, 1, 1)
      .slot(fromS, key, pool)
      .starting(fromS, key, pool)
      .running(fromS, key)
      .claimed(toS, key)
      .decided(toS, key, 'won')
      .committed(toS, id)
      .billed(toS, key, 0.0005)
  }

  #add(atS: number, kind: EventDocument['kind'], id: string, type: string, data: Readonly<Record<string, Json>>): this {
    const row = `${kind} ${id}`
    const version = (this.#versions.get(row) ?? 0) + 1
    this.#versions.set(row, version)
    const at = new Date(startMs + atS * 1000).toISOString()
    const cursor = String(this.events.length + 1).padStart(6, '0')
    this.events.push({ cursor, at, kind, id, version, type, data })
    return this
  }
}
