import { describe, expect, it } from 'vitest'
import { knownInstances } from '#core/planning/known-instances.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { workflowIn, withTasks } from '../workflow/checked.ts'

const counts = (tasks: string, params = {}) => Object.fromEntries(knownInstances(workflowIn(withTasks(tasks)), params))

describe('instances that are known before a run', () => {
  it('are one of a task that is not repeated', () => {
    expect(counts('a: { run: x }')).toStrictEqual({ a: 1 })
  })

  it('are as many as a literal list has items, and the product of several', () => {
    expect(
      counts('a: { run: x, forEach: { n: [1, 2, 3] } }, b: { run: x, forEach: { n: [1, 2], m: [1, 2, 3] } }'),
    ).toStrictEqual({ a: 3, b: 6 })
  })

  it('are as many as each of the zipped lists has, of which one is enough', () => {
    const made = 'list: { run: x, outputs: { l: { path: l.json } } }'
    expect(
      counts(`${made}, a: { run: x, zip: true, forEach: { n: { from: list.l }, m: [1, 2] } },
        b: { run: x, zip: true, forEach: { n: { from: list.l } } }`),
    ).toStrictEqual({ list: 1, a: 2, b: null })
  })

  it('are not known of a list that a task makes, nor of what is element-wise on it: list -> a -> b', () => {
    const made = 'list: { run: x, outputs: { l: { path: l.json } } }'
    expect(
      counts(`${made}, a: { run: x, forEach: { n: { from: list.l }, m: [1, 2] }, outputs: { o: { path: o } } },
        b: { run: x, forEach: { o: { each: a.o } } }`),
    ).toStrictEqual({ list: 1, a: null, b: null })
  })

  it('follow element-wise, whatever the order of the names: z -> a', () => {
    expect(
      counts(`a: { run: x, forEach: { o: { each: z.o } } },
        z: { run: x, forEach: { n: [1, 2, 3] }, outputs: { o: { path: o } } }`),
    ).toStrictEqual({ a: 3, z: 3 })
  })

  it('are as many as a parameter has items, where it is a list', () => {
    const workflow = workflowIn(`apiVersion: forkcast/v1
name: w
code: none
params: { l: { type: array } }
tasks: { a: { run: x, forEach: { n: { from: params.l } } } }`)
    expect(knownInstances(workflow, { l: [1, 2] }).get('a')).toBe(2)
    expect(knownInstances(workflow, {}).get('a')).toBeNull()
  })
})

it('of a list that comes from nowhere known are a fault', () => {
  const workflow = workflowIn(withTasks('a: { run: x, forEach: { n: [1] } }'))
  const [task] = workflow.tasks
  const source = { kind: 'oracle' as 'literal', items: [] }
  const odd = { ...workflow, tasks: [{ ...(task as Task), forEach: { keys: [{ name: 'n', source }], zip: false } }] }
  expect(() => knownInstances(odd, {})).toThrow('unexpected value: {"kind":"oracle","items":[]}')
})
