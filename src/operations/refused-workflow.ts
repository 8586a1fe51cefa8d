import type { Problem } from '#contract/problem.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'

/** What is wrong with a workflow or its parameters, as one problem: the first in words, and all of them. */
export function refusedWorkflow(diagnostics: readonly Diagnostic[], below = '/workflow'): Problem {
  const [first, ...others] = diagnostics
  if (first === undefined) throw new Error('a workflow was refused for nothing')
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return {
    code: first.code,
    message: `${first.message}${more}`,
    fix: first.fix,
    exitCode: 2,
    path: `${below}${first.path}`,
    errors: diagnostics.map(({ code, message, fix, path }) => ({ code, message, fix, path: `${below}${path}` })),
  }
}
