import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { canonicalTask, type TaskSurroundings } from '#core/workflow/canonical/canonical-task.ts'
import { plainTaskReader } from '#core/workflow/check/plain-task.ts'
import { Findings } from '#core/workflow/findings.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { taskSchema } from '#core/workflow/schema/task-schema.ts'

const bare: TaskSurroundings = { defaults: {}, code: { kind: 'none' }, params: [] }
const full: TaskSurroundings = {
  defaults: {
    image: 'debian:13',
    resources: { vcpus: 2, memory: 600, gpus: 1 },
    retry: { limit: 2, backoff: 7, on: ['timed-out', 'user-error'] },
    timeout: 60,
    clones: 3,
    hedge: 'off',
    pool: { tier: 'warm', purchase: 'any' },
    env: { B: '2', A: '1' },
  },
  code: { kind: 'folder', path: 'src' },
  params: ['window'],
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,5}$/)
const anything = fc.oneof(fc.jsonValue(), fc.constantFrom('', 'x'.repeat(64), 'a b', '1a'))
const plain = fc.record(
  {
    run: fc.oneof(fc.string({ minLength: 1 }), fc.array(fc.string(), { minLength: 1 })),
    needs: fc.array(name),
  },
  { requiredKeys: ['run'] },
)
const nearlyPlain = fc.record(
  {
    run: fc.oneof(fc.string(), fc.array(fc.oneof(fc.string(), anything)), anything),
    needs: fc.oneof(fc.array(fc.oneof(name, anything)), anything),
    timeout: fc.constant('1m'),
  },
  { requiredKeys: [] },
)

describe.each([
  ['nothing', bare],
  ['all of their defaults', full],
])('plain tasks of a workflow with %s', (_, around) => {
  const read = plainTaskReader(around)

  /** What the schema, and all that follows, makes of a task; nothing where they find any fault. */
  const judged = (given: Json) => {
    const findings = new Findings()
    const parsed = taskSchema.safeParse(given)
    const task = canonicalTask('it', parsed.data ?? {}, around, findings)
    return parsed.success && findings.isEmpty ? task : undefined
  }

  it('are read as the schema reads them, in the order of the canonical form', () => {
    fc.assert(
      fc.property(plain, (given) => {
        const task = read('it', given)
        expect(task).toStrictEqual(judged(given))
        expect(Object.keys(task ?? {})).toStrictEqual(Object.keys(judged(given) ?? {}))
        expect(canonicalHash(task)).toBe(canonicalHash(judged(given)))
      }),
    )
  })

  it('are all that is accepted', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyPlain, anything), (given) => {
        const task = read('it', given as Json)
        expect(task).toStrictEqual(task === undefined ? undefined : judged(given as Json))
      }),
    )
  })
})

describe('what is left to the schema', () => {
  const read = plainTaskReader(bare)
  const long = 'é'.repeat(LIMITS.commandBytes.value / 2 + 1)

  it.each<[string, Json]>([
    ['no map', ['run']],
    ['no command', {}],
    ['an empty script', { run: '' }],
    ['a command of nothing', { run: [] }],
    ['a command of numbers', { run: ['sleep', 1] }],
    ['a script that may be too long', { run: long }],
    ['a command that may be too long', { run: ['echo', long] }],
    ['more arguments than a command may have', { run: Array<string>(LIMITS.commandArguments.value + 1).fill('') }],
    ['needs that are no list', { run: 'true', needs: 'a' }],
    ['needs that are no texts', { run: 'true', needs: [1] }],
    ['needs that are no names', { run: 'true', needs: ['a b'] }],
    ['any other field', { run: 'true', clones: 1 }],
    ['a field of a later version', { run: 'true', isolation: 'strict' }],
    ['a field that there is not', { run: 'true', nees: [] }],
  ])('is %s', (_, given) => {
    expect(read('it', given)).toBeUndefined()
  })

  it('is every task where the defaults themselves are at fault', () => {
    const clash = plainTaskReader({ ...bare, defaults: { env: { PARAM_WINDOW: '1' } }, params: ['window'] })
    expect(clash('it', { run: 'true' })).toBeUndefined()
  })
})
