import type { Failure } from '#core/failure/cause.ts'
import type { Json } from '#core/json.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Manifest, StagedFile, StagedOutput } from '#core/run/manifest.ts'
import type { PhaseTimes, Usage } from '#core/run/usage.ts'
import type { Command, Output } from '#core/workflow/workflow.ts'

/** What a clone may ask of the control plane: the right to start, and to say how it ended. */
export interface CloneApi {
  lease(request: LeaseRequest): Promise<LeaseAnswer>
  report(report: CloneReport): Promise<ReportAnswer>
}

export interface LeaseRequest {
  readonly slot: SlotRef
  readonly job: string
}

/** A clone works only with a lease. A refused one ends with exit code 0 and leaves nothing. */
export type LeaseAnswer =
  | { readonly granted: true; readonly fence: number; readonly assignment: Assignment }
  | { readonly granted: false; readonly why: string }

/** All that a clone has to know. Its working directory and every path are its own. */
export interface Assignment {
  readonly slot: SlotRef
  readonly command: Command
  /** SHA-256 of the code manifest, the key of `blobs/<sha256>`; `null`: an empty working directory. */
  readonly code: string | null
  /** `INPUT_*`, `EACH_*` and `PARAM_*`, each staged or passed as text. */
  readonly variables: readonly Variable[]
  readonly outputs: Readonly<Record<string, Output>>
  /** The user's own `env`. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutS: number | null
  /** Key prefix under which the clone may write: `runs/<run>/<task>/<attempt>/<clone>`. */
  readonly prefix: string
  readonly idempotencyKey: string
}

/** An environment variable of the task, and what has to be staged for it. */
export interface Variable {
  readonly name: string
  readonly value: VariableValue
}

export type VariableValue =
  /** Passed as it is: a string, a number or a boolean. */
  | { readonly kind: 'text'; readonly text: string }
  /** Written to a file whose path is passed. */
  | { readonly kind: 'json'; readonly json: Json }
  /** A file of the workflow, or one that it was submitted with. `name` is its file name for the task. */
  | { readonly kind: 'file'; readonly name: string; readonly file: StagedFile }
  /** Another task's output: a file or a folder. */
  | { readonly kind: 'output'; readonly name: string; readonly output: StagedOutput }
  /** All instances of another task: a folder with `items.json`. */
  | { readonly kind: 'gather'; readonly name: string; readonly items: readonly GatheredItem[] }

/** An entry of `items.json`; `path` is added once the output is staged. */
export interface GatheredItem {
  readonly index: number
  readonly key: string | null
  readonly value: Json
  readonly state: string
  readonly output: StagedOutput | null
}

/** How a clone ended. `stopped`: it was told to end (its attempt was decided, the run cancelled). */
export interface CloneReport {
  readonly slot: SlotRef
  readonly job: string
  readonly fence: number
  readonly ended:
    | { readonly kind: 'claimed'; readonly manifest: Manifest }
    | { readonly kind: 'failed'; readonly failure: Failure }
    | { readonly kind: 'stopped' }
  readonly usage: Usage
  readonly times: PhaseTimes
  /** Seconds since the job held its place, as the agent measured them. */
  readonly billedS: number
}

/** `fenced`: another clone holds the slot by now; what was claimed is not looked at. */
export type ReportAnswer = 'accepted' | 'fenced' | 'late'
