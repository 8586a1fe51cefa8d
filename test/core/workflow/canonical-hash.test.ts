import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { canonicalHash } from '#core/hash.ts'
import { checkValue, parseWorkflow } from '#core/workflow/parse-workflow.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { workflowIn } from './checked.ts'

/** JSON that a workflow may hold: no keys to prototypes, numbers that are exact. */
const json = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
  .filter((value) => !/"(?:__proto__|constructor|prototype)":|-0(?![.\d])/.test(JSON.stringify(value)))
  .filter((value) => checkValue(withTask({ run: 'x', inputs: { i: { value } } }), 'flow.ts').ok)

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/).filter((text) => text !== 'params' && text !== 'prototype')

/** Tasks that wait for tasks before them, with some of everything that a user may write. */
const document = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).chain((ids) =>
  fc.tuple(...ids.map((_, index) => taskAfter(ids.slice(0, index)))).map((tasks) => ({
    apiVersion: 'forkcast/v1',
    name: 'test',
    params: { z: { type: 'integer', default: 1 }, a: { type: 'string', description: 'x' } },
    labels: { z: '1', a: '2' },
    budgetUsd: 2.5,
    timeout: '1h',
    onFailure: 'stop',
    tasks: {
      ...Object.fromEntries(ids.map((id, index) => [id, tasks[index]])),
      first_0: { run: 'x', outputs: { o: { path: 'o.json' } } },
    },
    outputs: { last: { from: `${ids[0]}.o` } },
  })),
)

function taskAfter(before: readonly string[]) {
  const some = before.length === 0 ? fc.constant([]) : fc.subarray([...before])
  return fc.record(
    {
      run: fc.oneof(fc.constant('true'), fc.constant(['a', 'b'])),
      outputs: fc.constant({ o: { path: 'o.json' }, d: { path: 'd/', optional: true } }),
      needs: some,
      inputs: some.chain((ids) => json.map((value) => inputsOf(ids, value))),
      env: fc.dictionary(fc.constantFrom('Z', 'A', 'M'), fc.constantFrom('1', '2')),
      forEach: json.map((value) => ({ item: [value, value] })),
      resources: fc.constant({ memory: '1GiB', vcpus: 2 }),
      timeout: fc.constantFrom('10m', 600),
      clones: fc.constantFrom(1, 2, 'auto'),
      hedge: fc.constantFrom('auto', { after: 'p90' }),
      validate: fc.constantFrom('test -s "$OUTPUT_O"', ['test', 'x']),
      when: fc.constantFrom(
        { param: 'z', gt: 0 },
        { not: { eq: { y: 1, x: [2] }, param: 'z' } },
        {
          any: [
            { param: 'a', eq: null },
            { output: 'first_0.o', at: '/a', in: [{ b: 1, a: 2 }] },
          ],
        },
      ),
      always: fc.boolean(),
      allowFailure: fc.boolean(),
      secrets: fc.constant({ T: { from: 'env:T' }, S: { from: 'ssm:/s' } }),
      retry: fc.constant({ on: ['unknown', 'bad-output'], limit: 1 }),
    },
    { requiredKeys: ['run', 'outputs'] },
  )
}

function inputsOf(ids: readonly string[], value: unknown): Record<string, unknown> {
  const references = ids.map((id, index) => [`r${index}`, { from: `${id}.o` }] as const)
  return Object.fromEntries<unknown>([
    ...references,
    ['value', { value }],
    ['a', { file: 'a.txt' }],
    ['p', { from: 'params.z' }],
  ])
}

function withTask(task: object): object {
  return { apiVersion: 'forkcast/v1', name: 'test', tasks: { t: task } }
}

function read(value: unknown): Workflow {
  const checked = checkValue(value, 'flow.ts')
  if (!checked.ok) throw new Error(checked.error.map(({ message }) => message).join('; '))
  return checked.value.workflow
}

/** The same with the keys of every object the other way round; lists keep their order, and `forEach`, which is one. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, reversed(item)])
      .toReversed(),
  )
}

describe('49: the same graph, written in other ways, has the same hash', () => {
  it('whatever the order of tasks and keys', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(canonicalHash(read(reversed(value)))).toBe(canonicalHash(read(value)))
      }),
    )
  })

  it('as JSON, YAML or TypeScript', () => {
    fc.assert(
      fc.property(document, (value) => {
        const expected = read(value)
        const texts = [
          { format: 'json', text: JSON.stringify(value) },
          { format: 'json', text: JSON.stringify(value, null, 2) },
          { format: 'yaml', text: stringify(value, { aliasDuplicateObjects: false }) },
          { format: 'yaml', text: JSON.stringify(value) },
        ] as const
        for (const { format, text } of texts) {
          const parsed = parseWorkflow(text, { format, fileName: 'flow' })
          expect(parsed.ok && parsed.value.workflow).toStrictEqual(expected)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('with values and defaults written out or not', () => {
    const short = workflowIn('{apiVersion: forkcast/v1, name: a, tasks: {a: {run: x, outputs: {o: {path: o.json}}}}}')
    const long = workflowIn(`
apiVersion: forkcast/v1
name: a
code: ./
labels: {}
params: {}
priority: 50
onFailure: finish
defaults: { clones: 1, x-why: none }
tasks:
  a:
    run: x
    needs: []
    outputs: { o: { path: ./o.json, type: json, optional: false } }
    resources: { vcpus: 1, memory: 0.5GiB }
    retry: { backoff: 5000ms }
    hedge: auto
    pool: { tier: any }
    aggregate: { policy: first }
    always: false
    allowFailure: false
    tolerate: 0%
    secrets: {}
`)
    expect(long).toStrictEqual(short)
    expect(canonicalHash(long)).toBe(canonicalHash(short))
  })

  it('with variants, whatever their order', () => {
    const written = {
      ...withTask({
        run: 'x',
        variants: { b: { env: { Z: '1', A: '2' } }, a: { run: 'y', resources: { memory: '1GiB', vcpus: 2 } } },
        aggregate: { policy: 'best', goal: 'min', output: 'o', min: 2 },
        outputs: { o: { path: 'o.json' } },
        forEach: { n: [1] },
        tolerate: '10%',
      }),
    }
    const workflow = read(written)
    expect(read(reversed(written))).toStrictEqual(workflow)
    expect(JSON.stringify(workflow)).toBe(canonicalize(workflow))
  })

  it('and another one when anything changes', () => {
    fc.assert(
      fc.property(document, json, (value, other) => {
        const workflow = read(value)
        const changed = { ...workflow, labels: { ...workflow.labels, other: JSON.stringify(other) } }
        expect(canonicalHash(changed)).not.toBe(canonicalHash(workflow))
      }),
    )
  })
})

it('a canonical workflow is written with its keys in order, so that it need not be sorted again', () => {
  fc.assert(
    fc.property(document, (value) => {
      const workflow = read(value)
      // JavaScript puts keys that look like numbers first.
      fc.pre(!/"\d+":/.test(JSON.stringify(workflow)))
      expect(JSON.stringify(workflow)).toBe(canonicalize(workflow))
    }),
  )
})
