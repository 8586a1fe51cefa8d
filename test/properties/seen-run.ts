import type { Cause } from '#core/failure/cause.ts'
import type { Json } from '#core/json.ts'
import type { RunId } from '#core/run/ids.ts'
import type { TaskRecord } from '#core/run/task.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'
import { historyOf, ofKind, type RunHistory } from '../invariants/history.ts'

/** What a task, or an instance, came to. */
export interface SeenTask extends Pick<TaskRecord, 'state' | 'skippedFor' | 'instances' | 'error'> {
  /** Committed JSON outputs by name. */
  readonly outputs: Readonly<Record<string, Json>>
  /** Clones of its last attempt that were taken from it: whose hosts went, that nobody paid. */
  readonly taken: ReadonlySet<number>
  /** Whether any clone of any attempt was. */
  readonly everTaken: boolean
}

/** What a run came to. */
export interface SeenRun {
  readonly state: string
  readonly isStopping: boolean
  readonly tasks: ReadonlyMap<string, SeenTask>
  readonly history: RunHistory
}

/** Failures that are none of the clone's own. */
const notItsOwn: ReadonlySet<Cause> = new Set([
  'reclaimed',
  'host-lost',
  'engine-lost',
  'start-failed',
  'timed-out',
  'over-budget',
] satisfies Cause[])

/** Reads it from the rows and objects. */
export async function seenRun(store: Store, objects: ObjectStore, id: RunId, workflow: Workflow): Promise<SeenRun> {
  const history = await historyOf(store, id, workflow)
  const [run] = ofKind(history, 'run')
  if (run === undefined) throw new Error(`there is no run ${id}`)
  const taken = Map.groupBy(
    ofKind(history, 'slot')
      .map(({ value }) => value)
      .filter(({ failure }) => failure !== null && notItsOwn.has(failure.cause)),
    ({ task }) => task,
  )
  const tasks = new Map<string, SeenTask>()
  for (const { id: name, value } of ofKind(history, 'task')) {
    const { state, skippedFor, instances, error, attempts } = value
    const outputs: Record<string, Json> = {}
    for (const [output, staged] of Object.entries(value.outputs ?? {})) {
      const bytes = staged.type === 'directory' ? undefined : await objects.read(staged.object)
      outputs[output] = bytes === undefined ? 'not there' : (JSON.parse(new TextDecoder().decode(bytes)) as Json)
    }
    const slots = taken.get(name) ?? []
    const last = slots.filter(({ attempt }) => attempt === attempts.length).map(({ clone }) => clone)
    tasks.set(name, {
      state,
      skippedFor,
      instances,
      error,
      outputs,
      taken: new Set(last),
      everTaken: slots.length > 0,
    })
  }
  return { state: run.value.state, isStopping: run.value.stopping !== null, tasks, history }
}
