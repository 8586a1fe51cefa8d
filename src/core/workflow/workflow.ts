import type { Cause } from '#core/failure/cause.ts'
import type { Json } from '#core/json.ts'

/**
 * A workflow whose text was parsed and whose graph was checked: the canonical form, the same for YAML, JSON and
 * TypeScript. Every default is filled in, every duration is in seconds, every memory in MiB, `tasks` is sorted by id.
 * It is plain JSON, so it is stored, hashed (RFC 8785) and read back as it is.
 */
export interface Workflow {
  readonly apiVersion: 'forkcast/v1'
  readonly name: string
  readonly description?: string
  readonly labels: Readonly<Record<string, string>>
  readonly code: Code
  readonly params: Readonly<Record<string, Param>>
  /** 0–100, higher first; `low` is 25, `normal` 50, `high` 75. */
  readonly priority: number
  /** Soft, seconds from submission. */
  readonly deadlineS?: number
  /** Hard, seconds from submission. */
  readonly timeoutS?: number
  /** Hard cap on what the run may cost. */
  readonly budgetUsd?: number
  /** `finish`: what does not depend on a failed task goes on. `stop`: only tasks that are `always` to run do. */
  readonly onFailure: 'finish' | 'stop'
  readonly tasks: readonly Task[]
  readonly outputs: Readonly<Record<string, OutputRef>>
}

/** Where a task's working directory comes from: a folder to pack, an uploaded archive, or nothing. */
export type Code =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'blob'; readonly sha256: string }
  | { readonly kind: 'none' }

/** A parameter of the workflow. Without a default it must be given at submission. */
export interface Param {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object'
  readonly default?: Json
  readonly description?: string
}

/** A task's output, seen from outside: the task's id and the output's name. */
export interface OutputRef {
  readonly task: string
  readonly output: string
}

/** A node of the DAG. A task with `forEach` has instances `id[0]`, `id[1]`, … */
export interface Task {
  readonly id: string
  /** Absent when every variant has a command of its own. */
  readonly run?: Command
  /** Overrides the workflow's code. */
  readonly code: Code
  readonly image?: string
  readonly forEach?: ForEach
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, Output>>
  readonly env: Readonly<Record<string, string>>
  /** By the name of the variable; values are known only where the task runs. */
  readonly secrets: Readonly<Record<string, SecretRef>>
  readonly resources: Resources
  readonly estimate: Estimate
  /** With variants: their number. */
  readonly clones: number | 'auto'
  /** Different ways to do the same, sorted by name: clone n is `variants[n]`. Empty: clones are identical. */
  readonly variants: readonly Variant[]
  readonly hedge: Hedge
  readonly aggregate: Aggregate
  /** Runs where the task ran; a non-zero exit rejects the result. */
  readonly validate?: Command
  readonly pool: PoolPreference
  readonly retry: Retry
  readonly timeoutS?: number
  readonly idempotent: boolean
  /** Order without data: ids of tasks, sorted. What `from` and `each` imply is not repeated here. */
  readonly needs: readonly string[]
  /** Without it the task is skipped. */
  readonly when?: Condition
  /** Also runs after failures, and while the run is stopping. */
  readonly always: boolean
  /** A failure of the task is none of the run. */
  readonly allowFailure: boolean
  /** How many instances of a `forEach` task may fail. */
  readonly tolerate: Tolerance
}

/** One way to do a task, complete. */
export interface Variant {
  readonly name: string
  readonly run: Command
  readonly image?: string
  readonly resources: Resources
  readonly env: Readonly<Record<string, string>>
}

/**
 * Which result comes of several clones. `min`: how many valid results are enough, default: more than half of the clones.
 * `best`: by a JSON output that is a number.
 */
export type Aggregate =
  | { readonly policy: 'first' | 'all' }
  | { readonly policy: 'quorum'; readonly of: number }
  | { readonly policy: 'mean' | 'median'; readonly min?: number }
  | { readonly policy: 'best'; readonly output: string; readonly goal: 'min' | 'max'; readonly min?: number }

/** A closed comparison over parameters and JSON outputs. What is not there makes a comparison false. */
export type Condition =
  | { readonly kind: 'compare'; readonly left: Operand; readonly is: Comparison; readonly right: Json }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }

export const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in'] as const
export type Comparison = (typeof comparisons)[number]

/** A parameter or a JSON output, or a place within it (`at`, a JSON pointer). */
export type Operand =
  | { readonly kind: 'param'; readonly param: string; readonly at?: string }
  | { readonly kind: 'output'; readonly from: OutputRef; readonly at?: string }

/** Failed instances that are no failure of their task: a number, or a share of them in percent, rounded down. */
export type Tolerance =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly percent: number }

/** Where a secret's value comes from: an environment variable, a file, or a service of an account. */
export interface SecretRef {
  readonly source: 'env' | 'file' | 'ssm' | 'secretsmanager'
  readonly name: string
}

/** A string runs as `sh -eu -c`; an argument list runs with no shell. */
export type Command =
  | { readonly kind: 'shell'; readonly script: string }
  | { readonly kind: 'argv'; readonly argv: readonly string[] }

/** The lists a task is repeated over. Several keys: their product, last key fastest, or pairs when `zip`. */
export interface ForEach {
  readonly keys: readonly { readonly name: string; readonly source: EachSource }[]
  readonly zip: boolean
  /** JSON pointer into an item, for a unique key of an instance. */
  readonly keyPointer?: string
}

/** Items: literal, from a parameter, from a JSON array that a task leaves, or one per instance of another task. */
export type EachSource =
  | { readonly kind: 'literal'; readonly items: readonly Json[] }
  | { readonly kind: 'param'; readonly param: string }
  | { readonly kind: 'output'; readonly from: OutputRef }
  /** Element-wise: instance i reads the output of instance i, and starts when that one is committed. */
  | { readonly kind: 'each'; readonly from: OutputRef }

/** What is staged in for a task. */
export type Input = (
  | { readonly kind: 'file'; readonly path: string; readonly sha256?: string; readonly bytes?: number }
  | { readonly kind: 'output'; readonly from: OutputRef }
  | { readonly kind: 'param'; readonly param: string }
  | { readonly kind: 'value'; readonly value: Json }
) & { readonly optional: boolean }

/** What a task leaves. `path` is relative to its output folder. */
export interface Output {
  readonly path: string
  readonly type: 'file' | 'directory' | 'json' | 'text'
  readonly optional: boolean
  /** JSON Schema (draft-07) that a `json` output must meet. */
  readonly schema?: Json
}

/** What one clone asks for. `vcpus` may be a fraction. */
export interface Resources {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly gpus: number
}

/** What the user believes, before history knows better. */
export interface Estimate {
  readonly durationS?: number
  readonly memoryMiB?: number
  readonly outputBytes?: number
}

/** When a standby clone joins: never, by prediction, after a quantile of it, or after a fixed time. */
export type Hedge =
  | { readonly kind: 'off' }
  | { readonly kind: 'auto' }
  /** `quantile` is 0–1: 0.9 for `p90`. */
  | { readonly kind: 'quantile'; readonly quantile: number }
  | { readonly kind: 'after'; readonly seconds: number }

/** What the user wants of a pool; what is left out is the planner's choice. */
export interface PoolPreference {
  readonly accelerator?: 'cpu' | 'gpu'
  readonly tier?: 'hot' | 'warm' | 'cold'
  readonly purchase?: 'on-demand' | 'spot'
}

/** Extra tries after a failure that is the user's. `backoffS` doubles with each. */
export interface Retry {
  readonly limit: number
  readonly backoffS: number
  /** Causes that are tried again, sorted. Absent: all that another try may mend. */
  readonly on?: readonly Cause[]
}
