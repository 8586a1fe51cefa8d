import { documentOf, valueOf, type Api } from '#client/api.ts'
import type { Problem } from '#contract/problem.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'
import { ok, type Result } from '#core/result.ts'

const pageLimit = 500

/** A run, with its tasks when they are asked for. */
export async function readRun(
  api: Api,
  run: string,
  { tasks }: { readonly tasks: boolean },
): Promise<Result<RunDocument, Problem>> {
  const found = await documentOf(api, 'id', api.typed.GET('/runs/{id}', { params: { path: { id: run } } }))
  if (!found.ok || !tasks) return found
  const all: TaskDocument[] = []
  for await (const task of everyTask(api, found.value.id)) all.push(task)
  return ok({ ...found.value, tasks: all })
}

/** Tasks of a run in the order of its workflow, page after page. @throws ProblemError */
export async function* everyTask(api: Api, run: string): AsyncGenerator<TaskDocument> {
  let cursor: string | undefined
  do {
    const query = { limit: pageLimit, ...(cursor === undefined ? {} : { cursor }) }
    const asked = api.typed.GET('/runs/{id}/tasks', { params: { path: { id: run }, query } })
    const page = valueOf(await documentOf(api, 'tasks', asked))
    yield* page.tasks
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
