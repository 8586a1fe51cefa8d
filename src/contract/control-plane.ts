import type { PlanPreview } from '#contract/plan-preview.ts'
import type { Problem } from '#contract/problem.ts'
import type { EventDocument, RunDocument } from '#contract/run-document.ts'
import type { Json } from '#core/json.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { Capacity, Pool } from '#core/pools/pool.ts'
import type { Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import type { RunPolicy } from '#core/run/run.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

/** A workflow to run: code and files are uploads by hash; no path of the submitter's machine is read. */
export interface SubmitRequest {
  readonly workflow: Workflow
  readonly params: Readonly<Record<string, Json>>
  readonly policy: RunPolicy
  /** The id of the run that is made; when it was made before, it is the answer. */
  readonly runId?: RunId
}

/** A blob to upload before the submission that names it. */
export interface Upload {
  readonly sha256: string
  /** A file of the submitter's machine, or the bytes. */
  readonly from: { readonly file: string } | { readonly bytes: Uint8Array }
}

/** A committed output of the workflow: a path of this machine, or the address where a service gives its bytes. */
export type OutputDocument = OutputContent &
  ({ readonly path: string; readonly url?: never } | { readonly url: string; readonly path?: never })

interface OutputContent {
  readonly bytes: number
  /** A directory's is that of its listing. */
  readonly sha256: string
}

/** A piece of a clone's log. */
export interface LogChunk {
  readonly task: string
  readonly attempt: number
  readonly clone: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** All that a front end may ask of a control plane, local or in an account. `run` may be `latest`. */
export interface ControlPlane {
  upload(uploads: readonly Upload[]): Promise<void>
  submit(request: SubmitRequest): Promise<Result<{ readonly runId: string }, Problem>>
  /** What a submission would come to; nothing is stored, and nothing runs. */
  planFor(request: SubmitRequest): Promise<Result<PlanPreview, Problem>>
  runs(page: {
    readonly after?: string
    readonly limit: number
  }): Promise<{ readonly runs: readonly RunDocument[]; readonly nextCursor?: string }>
  /** With `tasks`: every task that has become ready, and those that still wait for predecessors. */
  run(run: string, options: { readonly tasks: boolean }): Promise<Result<RunDocument, Problem>>
  plan(run: string): Promise<Result<Plan, Problem>>
  workflow(run: string): Promise<Result<Workflow, Problem>>
  /**
   * Events after `after`; with `follow`, on until the run is terminal, has nothing to do before a person decides, or is
   * interrupted.
   */
  events(run: string, options: { readonly after?: string; readonly follow: boolean }): AsyncIterable<EventDocument>
  /** Logs of a task (all its instances, attempts and clones) or of all; with `follow`, on until it is terminal or interrupted. */
  logs(run: string, options: { readonly task?: string; readonly follow: boolean }): AsyncIterable<LogChunk>
  outputs(run: string): Promise<Result<Readonly<Record<string, OutputDocument>>, Problem>>
  /** Writes an output to `folder`, under its own name, and gives the path; what is there is replaced, whole or not at all. */
  saveOutput(run: string, name: string, folder: string): Promise<Result<string, Problem>>
  pools(): Promise<{ readonly pools: readonly Pool[]; readonly capacity: Capacity | null }>
  cancel(run: string, reason: string): Promise<Result<void, Problem>>
  resume(run: string): Promise<Result<{ readonly runId: string }, Problem>>
  /**
   * Runs a run that has ended once more: what it committed is kept, but for the tasks named in `force`. On a run that has not
   * ended, the attempts in doubt of those tasks are followed by others. The run to follow: a new one, or the same.
   */
  retry(
    run: string,
    options: { readonly force: readonly string[] },
  ): Promise<Result<{ readonly runId: string }, Problem>>
  /** Where runs are worked on: by this process, by another one that takes its commands, by nobody it could ask, or by a service. */
  role(): 'engine' | 'guest' | 'reader' | 'remote'
  /** Runs that other processes gave to the engine of this one, and that have something left to do. */
  guests(): Promise<readonly string[]>
  /** No new starts; running clones get `drainS`, then TERM, then KILL. A guest leaves its runs to their engine. */
  close(options: { readonly drainS: number }): Promise<void>
}
