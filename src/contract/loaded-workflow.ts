import type { Upload } from '#contract/control-plane.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

/** A workflow without errors, ready to be submitted once its uploads are: code and files by the hash of their content. */
export interface LoadedWorkflow {
  readonly workflow: Workflow
  /** SHA-256 of the canonical form. */
  readonly hash: string
  readonly uploads: readonly Upload[]
}

/** Why a workflow file can't be run. */
export interface InvalidWorkflow {
  readonly diagnostics: readonly Diagnostic[]
  /** All of them for a person: code, message, place, caret line, fix. */
  readonly rendered: string
  /** 3 when there is no such file, else 2. */
  readonly exitCode: 2 | 3
}
