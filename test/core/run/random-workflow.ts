import fc from 'fast-check'
import type { EachSource, Task, Workflow } from '#core/workflow/workflow.ts'
import { task, workflowOf } from '../../builders/dag.ts'

/** A workflow, and how many instances each of its `forEach` tasks turns out to have. */
export interface Drawn {
  readonly workflow: Workflow
  readonly instances: ReadonlyMap<string, number>
}

/** What is drawn for one task: who it waits for, in which way, and how long its list is. */
const shape = fc.record({
  needs: fc.array(fc.nat(), { maxLength: 3 }),
  inputs: fc.array(fc.nat(), { maxLength: 2 }),
  list: fc.constantFrom('none', 'none', 'literal', 'param', 'output', 'each', 'each', 'each-two'),
  from: fc.nat(),
  length: fc.integer({ min: 0, max: 4 }),
})
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never

/**
 * Workflows of all kinds of edges: order without data, whole outputs, lists (literal, of a parameter, of an output),
 * element by element after one task or two, and gathering of all instances; any mix, also two kinds to the same task.
 */
export function workflows(options: { readonly tasks: number }): fc.Arbitrary<Drawn> {
  return fc.array(shape, { minLength: 1, maxLength: options.tasks }).map((shapes) => {
    const tasks: Task[] = []
    const instances = new Map<string, number>()
    for (const drawn of shapes) {
      const made = taskOf(drawn, tasks, instances)
      tasks.push(made.task)
      if (made.instances !== undefined) instances.set(made.task.id, made.instances)
    }
    return { workflow: workflowOf(tasks), instances }
  })
}

function taskOf(
  drawn: Shape,
  earlier: readonly Task[],
  instances: ReadonlyMap<string, number>,
): { readonly task: Task; readonly instances: number | undefined } {
  // Names are in another order than the graph, so that nothing leans on theirs.
  const id = `t${(earlier.length * 7919) % 1000}`
  const pick = (index: number): Task | undefined => earlier[index % earlier.length]
  const needs = drawn.needs.flatMap((index) => pick(index)?.id ?? [])
  const inputs = Object.fromEntries(
    drawn.inputs.flatMap((index, place) => {
      const from = pick(index)
      const input = { kind: 'output', from: { task: from?.id ?? '', output: 'o' }, optional: false } as const
      return from === undefined ? [] : [[`i${place}`, input]]
    }),
  )
  const list = listOf(drawn, earlier, instances)
  const forEach = list && {
    zip: true,
    keys: list.sources.map((source, index) => ({ name: `k${index}`, source })),
  }
  const overrides = { needs: [...new Set(needs)].toSorted(), inputs, ...(forEach === undefined ? {} : { forEach }) }
  return { task: task(id, overrides), instances: list?.length }
}

function listOf(
  { list, from, length }: Shape,
  earlier: readonly Task[],
  instances: ReadonlyMap<string, number>,
): { readonly sources: readonly EachSource[]; readonly length: number } | undefined {
  const upstream = earlier[from % earlier.length]
  switch (list) {
    case 'none':
      return undefined
    case 'literal':
      return { sources: [{ kind: 'literal', items: Array.from({ length }, () => null) }], length }
    case 'param':
      return { sources: [{ kind: 'param', param: 'p' }], length }
    case 'output':
      if (upstream === undefined) return undefined
      return { sources: [{ kind: 'output', from: { task: upstream.id, output: 'o' } }], length }
    case 'each':
    case 'each-two': {
      const lists = earlier.filter(({ forEach }) => forEach !== undefined)
      const first = lists[from % lists.length]
      if (first === undefined) return undefined
      const count = instances.get(first.id) ?? 0
      const alike = lists.filter((other) => other !== first && instances.get(other.id) === count)
      const followed = list === 'each' ? [first] : [first, ...alike.slice(0, 1)]
      return { sources: followed.map(({ id }) => ({ kind: 'each', from: { task: id, output: 'o' } })), length: count }
    }
  }
}
