import { blobKey } from '#contract/object-keys.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { sha256 } from '#core/hash.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { Result } from '#core/result.ts'
import { indexReadiness, type Readiness } from '#core/run/readiness.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { EachItem } from '#core/workflow/expand.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** A workflow as stored, with the groups of its tasks. */
export interface Definition {
  readonly workflow: Workflow
  readonly readiness: Readiness
}

/** Definitions held at once: enough for the runs that are alive, little enough for a Lambda. */
const capacity = 32

/**
 * The immutable documents of runs, each named by its hash and so cached without care. What a `forEach` task expands to
 * follows from committed outputs alone and is cached too, by run and task.
 */
export class Definitions {
  readonly #objects: ObjectStore
  readonly #workflows = new Map<string, Definition>()
  readonly #plans = new Map<string, Plan>()
  readonly #items = new Map<string, Result<readonly EachItem[], string>>()

  constructor(objects: ObjectStore) {
    this.#objects = objects
  }

  /** @throws a problem when the stored definition is not what the run's row names: it is gone, or was changed. */
  async workflow(run: RunRecord): Promise<Definition> {
    return remember(this.#workflows, run.workflowHash, async () => {
      const workflow = await this.#document<Workflow>(run, 'workflow', run.workflowHash)
      return { workflow, readiness: indexReadiness(workflow) }
    })
  }

  /** @throws when the run has no plan yet, and a problem when the stored one is not what the run's row names. */
  async plan(run: RunRecord): Promise<Plan> {
    const { planId } = run
    if (planId === null) throw new Error(`run ${run.id} has no plan`)
    return remember(this.#plans, planId, () => this.#document<Plan>(run, 'plan', planId))
  }

  /** What a `forEach` task expands to, or why it can't be. */
  async items(
    run: RunRecord,
    task: string,
    expand: () => Promise<Result<readonly EachItem[], string>>,
  ): Promise<Result<readonly EachItem[], string>> {
    return remember(this.#items, `${run.id} ${task}`, expand)
  }

  async #document<T>(run: RunRecord, what: 'workflow' | 'plan', hash: string): Promise<T> {
    const bytes = await this.#objects.read(blobKey(hash))
    const found = bytes === undefined ? 'is gone' : sha256(bytes) === hash ? undefined : 'is not as it was written'
    if (found !== undefined) throw new ProblemError(damaged(run, what, blobKey(hash), found))
    return JSON.parse(new TextDecoder().decode(bytes)) as T
  }
}

function damaged({ id, workflow }: RunRecord, what: 'workflow' | 'plan', object: string, found: string): Problem {
  // A workflow is stored again by whoever submits the same one; a plan is made once.
  const other =
    what === 'workflow'
      ? `remove it and run the same file of ${workflow} again, which stores it anew`
      : `run ${workflow} anew`
  return {
    code: 'STATE-DAMAGED',
    message: `object ${object}, the ${what} of run ${id}, ${found}`,
    fix: `restore it from a copy, or ${other}; runs that do not name it are whole`,
    exitCode: 1,
  }
}

/** Least recently used goes first. */
async function remember<V>(cache: Map<string, V>, key: string, make: () => Promise<V>): Promise<V> {
  const value = cache.get(key) ?? (await make())
  cache.delete(key)
  cache.set(key, value)
  const oldest = cache.keys().next().value
  if (cache.size > capacity && oldest !== undefined) cache.delete(oldest)
  return value
}
