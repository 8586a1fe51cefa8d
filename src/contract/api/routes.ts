import {
  askUploads,
  getHealth,
  getOpenApi,
  listPools,
  planWorkflow,
  putUpload,
  submitWorkflow,
} from '#contract/api/other-routes.ts'
import type { Route } from '#contract/api/route.ts'
import {
  cancelRun,
  getOutput,
  getPlan,
  getRun,
  getWorkflow,
  listEvents,
  listLogs,
  listOutputs,
  listRuns,
  listTasks,
  resumeRun,
  retryRun,
} from '#contract/api/run-routes.ts'

/** Everything that may be asked of a control plane: the one table that is served, checked, documented and called. */
export const routes = {
  askUploads,
  putUpload,
  submitWorkflow,
  planWorkflow,
  listRuns,
  getRun,
  listTasks,
  getPlan,
  getWorkflow,
  listEvents,
  listLogs,
  listOutputs,
  getOutput,
  cancelRun,
  resumeRun,
  retryRun,
  listPools,
  getHealth,
  getOpenApi,
} as const satisfies Readonly<Record<string, Route>>

export type Operation = keyof typeof routes

/** What a path and a method ask for. */
export type Match =
  | { readonly kind: 'route'; readonly operation: Operation; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

/** The route of a request. `path` is as it was sent; each part is decoded on its own. */
export function matchRoute(method: string, path: string): Match {
  const parts = path.split('/')
  const allow = new Set<string>()
  let none: Match = { kind: 'none' }
  for (const [operation, route] of Object.entries(routes)) {
    const params = paramsOf(route.path.split('/'), parts)
    if (params === undefined) continue
    if (route.method === method) return { kind: 'route', operation: operation as Operation, params }
    allow.add(route.method)
    none = { kind: 'other-method', allow: [...allow].sort() }
  }
  return none
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? ''
    if (!wanted.startsWith('{')) {
      if (wanted !== part) return undefined
    } else params[wanted.slice(1, -1)] = decoded(part)
  }
  return params
}

/** What can't be decoded is taken as it is; no parameter looks like that. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
