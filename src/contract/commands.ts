import { z } from 'zod'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'

/** What changes runs, and so needs their engine; all else is read from what is stored. */
export type Commands = Pick<ControlPlane, 'submit' | 'cancel' | 'resume' | 'retry'>

/** Longest body of a command. A workflow is an object by then; parameters are not. */
export const maxCommandBytes = 8 * 1024 ** 2

const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'write sha256: and 64 hexadecimal digits')
const runId = z.string().regex(/^run_[0-9a-z]{1,64}$/, 'write the id of a run')
const text = z.string().max(4_096)
const taskId = z.string().min(1).max(256)

/** Bodies by command: `POST /workflows`, `POST /runs/{id}/cancel|resume|retry`. */
export const commandBodies = {
  /** The canonical workflow is an object that was stored before, as its code and files were. */
  submit: z.strictObject({
    workflow: hash,
    params: z.record(z.string(), z.json()),
    policy: z.strictObject({ cloning: z.boolean(), hedging: z.boolean() }),
  }),
  cancel: z.strictObject({ reason: text }),
  resume: z.strictObject({}),
  /** Tasks that are run again whatever they came to. */
  retry: z.strictObject({ force: z.array(taskId).max(10_000) }),
} as const

export type CommandName = keyof typeof commandBodies

/** The path of a command; the run is in it but for `submit`. */
export function commandPath(command: CommandName, run?: string): string {
  return command === 'submit' ? '/workflows' : `/runs/${run}/${command}`
}

/** The command that a path names, and its run; the reverse of {@link commandPath}. */
export function commandOf(path: string): { readonly command: CommandName; readonly run: string } | undefined {
  if (path === '/workflows') return { command: 'submit', run: '' }
  const [, run = '', command = ''] = /^\/runs\/([^/]+)\/(cancel|resume|retry)$/.exec(path) ?? []
  return runId.safeParse(run).success ? { command: command as CommandName, run } : undefined
}

/** Answer 202: the run to follow. `cancel` has none. */
export const runAnswer = z.object({ runId })

/** Any other answer: problem details (RFC 9457). */
export const problemAnswer = z.object({
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
  exitCode: z.literal([1, 2, 3, 4, 5, 6, 7]),
})

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
  const { code, message: detail, fix: hint, exitCode } = problem
  return { type: 'about:blank', title: code, status, code, detail, hint, exitCode } as const
}
