import type { Task, Workflow } from '#core/workflow/workflow.ts'

/** A task that runs `true`, with all defaults. */
export function task(id: string, overrides: Partial<Task> = {}): Task {
  return {
    id,
    run: { kind: 'shell', script: 'true' },
    code: { kind: 'none' },
    inputs: {},
    outputs: {},
    env: {},
    resources: { vcpus: 1, memoryMiB: 64, gpus: 0 },
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
    ...overrides,
  }
}

/** A checked workflow of these tasks, with all defaults. */
export function workflowOf(tasks: readonly Task[], overrides: Partial<Workflow> = {}): Workflow {
  return {
    apiVersion: 'forkcast/v1',
    name: 'test',
    labels: {},
    code: { kind: 'none' },
    params: {},
    priority: 50,
    onFailure: 'finish',
    tasks: tasks.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    outputs: {},
    ...overrides,
  }
}

/** A workflow drawn as edges: `'A -> B, A -> C, D'`; `overrides` by task. */
export function dag(drawing: string, overrides: Readonly<Record<string, Partial<Task>>> = {}): Workflow {
  const needs = new Map<string, string[]>()
  const node = (id: string): string[] => {
    const list = needs.get(id) ?? []
    needs.set(id, list)
    return list
  }
  for (const edge of drawing.split(',')) {
    const chain = edge.split('->').map((id) => id.trim())
    chain.forEach((id, index) => {
      const list = node(id)
      const before = chain[index - 1]
      if (before !== undefined && !list.includes(before)) list.push(before)
    })
  }
  return workflowOf([...needs].map(([id, list]) => task(id, { needs: list.toSorted(), ...overrides[id] })))
}
