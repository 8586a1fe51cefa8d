import type { OutputRef } from '#core/workflow/workflow.ts'

/** Where a `from` leads: to a parameter (`params.window`) or to an output (`list.series`). */
export type Reference =
  | { readonly kind: 'param'; readonly param: string }
  | { readonly from: OutputRef; readonly kind: 'output' }

/** Splits a reference that the schema let through. */
export function canonicalReference(reference: string): Reference {
  const [owner = '', name = ''] = reference.split('.')
  if (owner === 'params') return { kind: 'param', param: name }
  return { from: { output: name, task: owner }, kind: 'output' }
}
