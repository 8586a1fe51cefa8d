import type { ControlPlane, LogChunk, OutputDocument, SubmitRequest, Upload } from '#contract/control-plane.ts'
import type { PlanPreview } from '#contract/plan-preview.ts'
import type { Problem } from '#contract/problem.ts'
import type { EventDocument, RunDocument } from '#contract/run-document.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { Capacity, Pool } from '#core/pools/pool.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

const absent: Problem = { code: 'RUN-NOT-FOUND', message: 'there is no such run', fix: 'forkcast ls', exitCode: 3 }

/** A control plane that answers what a test put into it; `latest` is the first of its runs. */
export class FakeControlPlane implements ControlPlane {
  runDocuments: readonly RunDocument[] = []
  eventDocuments: readonly EventDocument[] = []
  logChunks: readonly LogChunk[] = []
  outputDocuments: Readonly<Record<string, OutputDocument>> = {}
  planned: Plan | undefined
  preview: PlanPreview | undefined
  readonly plannedFor: SubmitRequest[] = []
  definition: Workflow | undefined
  poolList: readonly Pool[] = []
  room: Capacity | null = null
  refusal: Problem | undefined
  nextCursor: string | undefined
  readonly uploads: Upload[] = []
  readonly submissions: SubmitRequest[] = []
  readonly closings: number[] = []
  readonly cancelled: { run: string; reason: string }[] = []
  readonly resumed: string[] = []
  readonly retried: { run: string; force: readonly string[] }[] = []
  seat: ReturnType<ControlPlane['role']> = 'engine'
  guestRuns: readonly string[] = []
  /** Called before each event of `events` is handed out. */
  beforeEvent: (event: EventDocument) => Promise<void> | void = () => {}
  /** What follows the last event: by default the list ends. */
  afterEvents: () => Promise<void> = () => Promise.resolve()
  /** Called by each `close`. */
  onClose: (drainS: number) => Promise<void> = () => Promise.resolve()

  upload(uploads: readonly Upload[]): Promise<void> {
    this.uploads.push(...uploads)
    return Promise.resolve()
  }

  submit(request: SubmitRequest): Promise<Result<{ readonly runId: string }, Problem>> {
    this.submissions.push(request)
    return Promise.resolve(this.refusal === undefined ? ok({ runId: 'run_00000001' }) : err(this.refusal))
  }

  planFor(request: SubmitRequest): Promise<Result<PlanPreview, Problem>> {
    this.plannedFor.push(request)
    if (this.refusal !== undefined) return Promise.resolve(err(this.refusal))
    return Promise.resolve(this.preview === undefined ? err(absent) : ok(this.preview))
  }

  runs(): Promise<{ readonly runs: readonly RunDocument[]; readonly nextCursor?: string }> {
    const next = this.nextCursor === undefined ? {} : { nextCursor: this.nextCursor }
    return Promise.resolve({ runs: this.runDocuments, ...next })
  }

  run(run: string, options: { readonly tasks: boolean }): Promise<Result<RunDocument, Problem>> {
    const found = this.runDocuments.find(({ id }, index) => id === run || (run === 'latest' && index === 0))
    if (found === undefined) return Promise.resolve(err(absent))
    const { tasks, ...rest } = found
    return Promise.resolve(ok(options.tasks ? { ...rest, tasks: tasks ?? [] } : rest))
  }

  plan(): Promise<Result<Plan, Problem>> {
    return Promise.resolve(this.planned === undefined ? err(absent) : ok(this.planned))
  }

  workflow(): Promise<Result<Workflow, Problem>> {
    return Promise.resolve(this.definition === undefined ? err(absent) : ok(this.definition))
  }

  async *events(): AsyncIterable<EventDocument> {
    for (const event of this.eventDocuments) {
      await this.beforeEvent(event)
      yield event
    }
    await this.afterEvents()
  }

  async *logs(_run: string, { task }: { readonly task?: string; readonly follow: boolean }): AsyncIterable<LogChunk> {
    for (const chunk of this.logChunks) {
      if (task === undefined || chunk.task === task || chunk.task.startsWith(`${task}[`))
        yield await Promise.resolve(chunk)
    }
  }

  outputs(): Promise<Result<Readonly<Record<string, OutputDocument>>, Problem>> {
    return Promise.resolve(ok(this.outputDocuments))
  }

  readonly saved: { run: string; name: string; folder: string }[] = []

  saveOutput(run: string, name: string, folder: string): Promise<Result<string, Problem>> {
    this.saved.push({ run, name, folder })
    return Promise.resolve(this.refusal === undefined ? ok(`${folder}/${name}`) : err(this.refusal))
  }

  pools(): Promise<{ readonly pools: readonly Pool[]; readonly capacity: Capacity | null }> {
    return Promise.resolve({ pools: this.poolList, capacity: this.room })
  }

  cancel(run: string, reason: string): Promise<Result<void, Problem>> {
    this.cancelled.push({ run, reason })
    return Promise.resolve(this.refusal === undefined ? ok(undefined) : err(this.refusal))
  }

  resume(run: string): Promise<Result<{ readonly runId: string }, Problem>> {
    this.resumed.push(run)
    return Promise.resolve(this.refusal === undefined ? ok({ runId: 'run_00000001' }) : err(this.refusal))
  }

  retry(run: string, { force }: { readonly force: readonly string[] }): ReturnType<ControlPlane['retry']> {
    this.retried.push({ run, force })
    return Promise.resolve(this.refusal === undefined ? ok({ runId: 'run_00000001' }) : err(this.refusal))
  }

  role(): ReturnType<ControlPlane['role']> {
    return this.seat
  }

  guests(): Promise<readonly string[]> {
    return Promise.resolve(this.guestRuns)
  }

  close({ drainS }: { readonly drainS: number }): Promise<void> {
    this.closings.push(drainS)
    return this.onClose(drainS)
  }
}
