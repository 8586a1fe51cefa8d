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
  readonly run: Command
  /** Overrides the workflow's code. */
  readonly code: Code
  readonly image?: string
  readonly forEach?: ForEach
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, Output>>
  readonly env: Readonly<Record<string, string>>
  readonly resources: Resources
  readonly estimate: Estimate
  readonly clones: number | 'auto'
  readonly hedge: Hedge
  readonly aggregate: { readonly policy: 'first' }
  readonly pool: PoolPreference
  readonly retry: Retry
  readonly timeoutS?: number
  readonly idempotent: boolean
  /** Order without data: ids of tasks, sorted. What `from` and `each` imply is not repeated here. */
  readonly needs: readonly string[]
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

/** Extra tries after a failure that is the user's. */
export interface Retry {
  readonly limit: number
  readonly backoffS: number
}
