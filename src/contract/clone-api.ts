import type { Failure } from '#core/failure/cause.ts'
import type { Json } from '#core/json.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Manifest, StagedFile, StagedOutput } from '#core/run/manifest.ts'
import type { PhaseTimes, Usage } from '#core/run/usage.ts'
import type { Command, Output, SecretRef } from '#core/workflow/workflow.ts'

/**
 * What a clone may ask of the control plane: the right to start, and to say how it ended. Each call may be made twice: one
 * that rejects was not answered, and may have been heard all the same.
 */
export interface CloneApi {
  lease(request: LeaseRequest): Promise<LeaseAnswer>
  /** Moves the end of a lease; `false`: it is another's, or the slot is decided. */
  renew(renewal: LeaseRenewal): Promise<boolean>
  report(report: CloneReport): Promise<ReportAnswer>
}

export interface LeaseRequest {
  readonly slot: SlotRef
  readonly job: string
  /** A random id of this instance of the agent: asked again, the same one gets the same lease. */
  readonly holder: string
}

export interface LeaseRenewal {
  readonly slot: SlotRef
  readonly job: string
  readonly fence: number
}

/** A clone works only with a lease. A refused one ends with exit code 0 and leaves nothing. */
export type LeaseAnswer =
  | {
      readonly granted: true
      readonly fence: number
      /** The lease is lost unless it is renewed as often as this. */
      readonly renewEveryS: number
      readonly assignment: Assignment
      /** In an account: what it reads and writes objects with. Asked again before they expire, `lease` gives fresh ones. */
      readonly credentials?: ShortCredentials
    }
  | { readonly granted: false; readonly why: string }

/** Short credentials of AWS that reach what one clone reads and its own prefix. For nobody else, and for no log or file. */
export interface ShortCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAtMs: number
}

/** All that a clone has to know. Its working directory and every path are its own. */
export interface Assignment {
  readonly slot: SlotRef
  readonly variant: string | null
  readonly command: Command
  /** Runs after the command where it ran; a non-zero exit rejects the result. */
  readonly validate: Command | null
  /** SHA-256 of the code manifest, the key of `blobs/<sha256>`; `null`: an empty working directory. */
  readonly code: string | null
  /** `INPUT_*`, `EACH_*` and `PARAM_*`, each staged or passed as text. */
  readonly variables: readonly Variable[]
  /** Further ones, whose values are too long for an answer. */
  readonly longVariables?: readonly LongVariable[]
  readonly outputs: Readonly<Record<string, Output>>
  /** Outputs by name that may be stored in a smaller form: no link to them is given out. @default none */
  readonly compact?: readonly string[]
  /** Whether JSON outputs are hashed in canonical form, since results are compared. */
  readonly canonical: boolean
  /** The user's own `env`. */
  readonly env: Readonly<Record<string, string>>
  /** Variables whose values only the agent learns, and nobody from it. */
  readonly secrets: Readonly<Record<string, SecretRef>>
  readonly timeoutS: number | null
  /** Key prefix under which the clone may write while it has this lease: `runs/<run>/<task>/<attempt>/<clone>/<fence>`. */
  readonly prefix: string
  readonly idempotencyKey: string
}

/** An environment variable of the task, and what has to be staged for it. */
export interface Variable {
  readonly name: string
  readonly value: VariableValue
}

/** A variable whose value is an object of its own, by content: JSON of a {@link VariableValue}. */
export interface LongVariable {
  readonly name: string
  readonly value: StagedFile
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
    | {
        readonly kind: 'failed'
        readonly failure: Failure
        /** The key of an input that the clone was refused: whether it is there is not for the clone to know. */
        readonly refused?: string
      }
    | { readonly kind: 'stopped' }
  readonly usage: Usage
  readonly times: PhaseTimes
  /** Seconds since the job held its place, as the agent measured them. */
  readonly billedS: number
}

/** `fenced`: another clone holds the slot by now; what was claimed is not looked at. */
export type ReportAnswer = 'accepted' | 'fenced' | 'late'
