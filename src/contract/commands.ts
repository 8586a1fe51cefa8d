import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import type { Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'

/** What changes runs, and so needs their engine; all else is read from what is stored. */
export interface Commands extends Pick<ControlPlane, 'submit' | 'cancel' | 'resume'> {
  retry(
    run: string,
    options: { readonly force: readonly string[]; readonly once?: RetryOnce },
  ): Promise<Result<{ readonly runId: string }, Problem>>
}

/**
 * A retry that may be asked for again. `new-run`: the run that it makes has that id, and is the answer when it is there.
 * `same-run`: the run was not over when it was first asked for, and what was in doubt then may be followed by now.
 */
export type RetryOnce = { readonly kind: 'new-run'; readonly runId: RunId } | { readonly kind: 'same-run' }

const statuses: Readonly<Record<Problem['exitCode'], number>> = {
  1: 500,
  2: 400,
  3: 404,
  4: 403,
  5: 409,
  6: 503,
  7: 409,
}

/** A problem as `application/problem+json`, and its status. */
export function problemDocument(problem: Problem, status: number = statuses[problem.exitCode]) {
  const { code, message: detail, fix: hint, exitCode, path, errors } = problem
  return {
    type: 'about:blank',
    title: code,
    status,
    code,
    detail,
    hint,
    ...(path === undefined ? {} : { path }),
    exitCode,
    ...(errors === undefined
      ? {}
      : {
          errors: errors.map((fault) => ({
            code: fault.code,
            detail: fault.message,
            hint: fault.fix,
            ...(fault.path === undefined ? {} : { path: fault.path }),
          })),
        }),
  } as const
}
