import { expect, it } from 'vitest'
import { workflow } from '#core/workflow/builder.ts'
import { checkValue } from '#core/workflow/parse-workflow.ts'

it('is what a file with the same words is', () => {
  const definition = workflow({
    apiVersion: 'forkcast/v1',
    name: 'count',
    params: { window: { type: 'integer', default: 12 } },
    'x-owner': 'team a',
    tasks: {
      list: { run: 'ls > "$OUTPUT_NAMES"', outputs: { names: { path: 'names.json' } } },
      count: {
        run: ['wc', '-l'],
        needs: ['list'],
        forEach: { name: { from: 'list.names' } },
        inputs: { names: { from: 'list.names' }, window: { from: 'params.window' }, rules: { file: 'rules.json' } },
        outputs: { lines: { path: 'lines.txt' } },
        hedge: { after: '30s' },
        when: { all: [{ output: 'list.names', at: '/0', ne: null }, { not: { param: 'window', in: [1, 2] } }] },
        secrets: { TOKEN: { from: 'env:TOKEN' } },
      },
      vote: {
        variants: { a: { run: 'a' }, b: { run: 'b', resources: { vcpus: 2 } } },
        aggregate: { policy: 'quorum', of: 2 },
        retry: { limit: 1, on: ['user-error'] },
      },
      each: { run: 'true', tolerate: '10%', forEach: { one: { each: 'count.lines' }, two: [1, 2] }, zip: true },
    },
    outputs: { all: { from: 'count.lines' } },
  })
  const checked = checkValue(definition, 'flow.ts')
  expect(checked.ok && checked.value.workflow.tasks.map(({ id }) => id)).toStrictEqual([
    'count',
    'each',
    'list',
    'vote',
  ])
})

it('lets the compiler refuse what leads nowhere', () => {
  const head = { apiVersion: 'forkcast/v1', name: 'wrong' } as const
  const list = { run: 'true', outputs: { names: { path: 'names.json' } } } as const
  const wrong = [
    // @ts-expect-error there is no task lst
    workflow({ ...head, tasks: { list, next: { run: 'true', needs: ['lst'] } } }),
    // @ts-expect-error list has no output name
    workflow({ ...head, tasks: { list, next: { run: 'true', inputs: { a: { from: 'list.name' } } } } }),
    // @ts-expect-error there is no parameter window
    workflow({ ...head, tasks: { list, next: { run: 'true', inputs: { a: { from: 'params.window' } } } } }),
    // @ts-expect-error each is over an output, too
    workflow({ ...head, tasks: { list, next: { run: 'true', forEach: { a: { each: 'list.name' } } } } }),
    // @ts-expect-error a condition is about outputs that there are, at every depth
    workflow({ ...head, tasks: { list, next: { run: 'true', when: { not: { output: 'list.name', eq: 1 } } } } }),
    // @ts-expect-error and about parameters
    workflow({ ...head, tasks: { list, next: { run: 'true', when: { any: [{ param: 'window', eq: 1 }] } } } }),
    // @ts-expect-error a lost host is tried again anyway
    workflow({ ...head, tasks: { list: { run: 'true', retry: { on: ['host-lost'] } } } }),
    // @ts-expect-error the run has no such output
    workflow({ ...head, tasks: { list }, outputs: { a: { from: 'list.name' } } }),
    // @ts-expect-error image_ is no key
    workflow({ ...head, tasks: { list: { run: 'true', image_: 'a' } } }),
    // @ts-expect-error clones is a number or auto
    workflow({ ...head, tasks: { list: { run: 'true', clones: 'many' } } }),
    // @ts-expect-error prioritty is no key
    workflow({ ...head, prioritty: 'high', tasks: { list } }),
  ]
  for (const definition of wrong) expect(checkValue(definition, 'flow.ts').ok).toBe(false)
})
