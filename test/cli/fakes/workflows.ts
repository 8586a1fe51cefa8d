import type { Task, Workflow } from '#core/workflow/workflow.ts'

const bare: Omit<Task, 'id'> = {
  run: { kind: 'shell', script: 'true' },
  code: { kind: 'none' },
  inputs: {},
  outputs: {},
  env: {},
  resources: { vcpus: 1, memoryMiB: 512, gpus: 0 },
  estimate: {},
  clones: 1,
  variants: [],
  secrets: {},
  always: false,
  allowFailure: false,
  tolerate: { kind: 'count', count: 0 },
  hedge: { kind: 'off' },
  aggregate: { policy: 'first' },
  pool: {},
  retry: { limit: 0, backoffS: 0 },
  idempotent: true,
  needs: [],
}

/** A task that runs `true` and needs `needs`, apart from what is said otherwise. */
export function task(id: string, needs: readonly string[] = [], other: Partial<Task> = {}): Task {
  return { ...bare, id, needs, ...other }
}

/** A workflow of these tasks. */
export function workflow(tasks: readonly Task[], other: Partial<Workflow> = {}): Workflow {
  return {
    apiVersion: 'forkcast/v1',
    name: 'anomalies',
    labels: {},
    code: { kind: 'none' },
    params: {},
    priority: 50,
    onFailure: 'finish',
    tasks: tasks.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    outputs: {},
    ...other,
  }
}

/** list -> clean (each) -> report. */
export const anomalies = workflow([
  task('list', [], { outputs: { series: { path: 'series.json', type: 'json', optional: false } } }),
  task('clean', [], {
    forEach: {
      keys: [{ name: 'series', source: { kind: 'output', from: { task: 'list', output: 'series' } } }],
      zip: false,
    },
    outputs: { cleaned: { path: 'cleaned.json', type: 'json', optional: false } },
  }),
  task('report', [], {
    inputs: { all: { kind: 'output', from: { task: 'clean', output: 'cleaned' }, optional: false } },
    outputs: { html: { path: 'report.html', type: 'file', optional: false } },
  }),
])
