import { setImmediate as turn } from 'node:timers/promises'
import { StateMachine } from 'aws-local-stepfunctions'
import { describe, expect, test } from 'vitest'
import {
  executionInput,
  frontierSize,
  stateMachine,
  stateNames,
  type CloneInput,
  type ExecutionInput,
  type SettleInput,
  type State,
} from '#contract/state-machine.ts'

type Definition = ConstructorParameters<typeof StateMachine>[0]
type Input = Parameters<StateMachine['run']>[0]

const definition = stateMachine({
  launch: 'arn:aws:lambda:us-east-1:123456789012:function:launch',
  settle: 'arn:aws:lambda:us-east-1:123456789012:function:settle',
})

/** The interpreter with its validator (asl-validator): schema, paths, targets of every Next. */
function validated(text: unknown): StateMachine {
  return new StateMachine(text as Definition, { validationOptions: { checkPaths: true, checkArn: true } })
}

/** Every state by its name, those of inner machines too. */
function* statesOf(states: Readonly<Record<string, State>>): Generator<readonly [string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state]
    const inner = state['ItemProcessor'] as { readonly States: Readonly<Record<string, State>> } | undefined
    if (inner !== undefined) yield* statesOf(inner.States)
  }
}

const states = [...statesOf(definition.States)]
const tasks = states.filter(([, state]) => state['Type'] === 'Task')

function frontier(...tasksOf: readonly (readonly [string, readonly number[]])[]): ExecutionInput {
  const tasks = tasksOf.map(([task, clones]) => ({ task, attempt: 1, clones }))
  return executionInput('run_00000001', tasks)
}

/** States entered by an execution, in order, and how it ended. */
async function execute(input: ExecutionInput, launch: (clone: string) => void = () => undefined) {
  const calls: string[] = []
  const note = (payload: unknown): string => {
    const { Payload } = payload as { readonly Payload: { readonly slot: CloneInput } }
    const { run, task, attempt, clone } = Payload.slot
    return [run, task, attempt, clone].join('/')
  }
  const execution = validated(definition).run(input as unknown as Input, {
    context: { Task: { Token: 'a token' } },
    overrides: {
      taskResourceLocalHandlers: {
        [stateNames.launch]: async (payload) => {
          const clone = note(payload)
          launch(clone)
          // The interpreter passes events of inner machines on with a delay, and drops those that come after the end.
          await turn()
          calls.push(`launch ${clone}`)
          return { outcome: 'won' }
        },
        [stateNames.settle]: async (payload) => {
          await turn()
          const { Payload } = payload as unknown as { readonly Payload: SettleInput }
          calls.push(...Payload.attempts.map(({ run, task, attempt }) => `settle ${run}/${task}/${attempt}`))
          return {}
        },
      },
    },
  })
  const entered: string[] = []
  for await (const event of execution.eventLogs) {
    if (event.type === 'StateEntered') entered.push((event as { readonly state: { readonly name: string } }).state.name)
  }
  await execution.result
  return { calls, entered }
}

describe('the definition', () => {
  test('passes the validator of the Amazon States Language', () => {
    expect(() => validated(definition)).not.toThrow()
  })

  test('would not pass it with a state that nobody knows, or a path that is none', () => {
    const broken = JSON.stringify(definition)

    expect(() => validated(JSON.parse(broken.replace('"Next":"Settle"', '"Next":"Nowhere"')))).toThrow(/Nowhere/)
    expect(() => validated(JSON.parse(broken.replace('"$.clones"', '"$.[clones"')))).toThrow(/ItemsPath/)
  })

  test('names each state once, so that handlers can be given by name', () => {
    const names = states.map(([name]) => name)

    expect(new Set(names).size).toBe(names.length)
    expect(names).toStrictEqual(['Clones', 'Launch', 'UnlaunchedLeftToSweep', 'Settle', 'UnsettledLeftToSweep'])
  })

  test.each(tasks)('%s retries what a service does wrong, catches everything else, and ends', (_, state) => {
    const [retry] = state['Retry'] as readonly State[]

    expect(retry).toMatchObject({ JitterStrategy: 'FULL', MaxAttempts: 8 })
    expect(retry?.['ErrorEquals']).toContain('Lambda.TooManyRequestsException')
    expect(state['Catch']).toMatchObject([{ ErrorEquals: ['States.ALL'] }])
    expect(state['TimeoutSeconds']).toBeGreaterThan(0)
  })

  test('bounds the wait for a token by a literal that a 32-bit timer holds', () => {
    const waiting = tasks.filter(([, state]) => String(state['Resource']).endsWith('.waitForTaskToken'))

    expect(waiting.map(([name]) => name)).toStrictEqual(['Launch'])
    for (const [, state] of waiting) {
      expect(state['TimeoutSeconds']).toBe(14 * 24 * 3600)
      expect(Number(state['TimeoutSeconds']) * 1000).toBeLessThan(2 ** 31)
    }
  })

  test('has no .sync, no JSONata, no Distributed Map and no state that fails', () => {
    const text = JSON.stringify(definition)

    expect(text).not.toMatch(/\.sync|JSONata|DISTRIBUTED|"Fail"|\{%/)
    expect(text.length).toBeLessThan(1024 ** 2)
  })

  test('takes a full frontier of the longest names within 256 KiB', () => {
    const names = Array.from({ length: frontierSize }, (_, n) => `${'t'.repeat(63)}[${9_000 + n}]`)

    expect(JSON.stringify(frontier(...names.map((name) => [name, [0]] as const))).length).toBeLessThan(256 * 1024)
  })
})

describe('an execution', () => {
  test('launches each clone, then settles all tasks', async () => {
    const { calls } = await execute(frontier(['A', [0, 1]], ['B[3]', [2]]))

    expect(calls.toSorted()).toStrictEqual([
      'launch run_00000001/A/1/0',
      'launch run_00000001/A/1/1',
      'launch run_00000001/B[3]/1/2',
      'settle run_00000001/A/1',
      'settle run_00000001/B[3]/1',
    ])
  })

  test.each([
    ['a chain: 3 for its one task', frontier(['A', [0]]), 3],
    [
      'a wide frontier: 1 a task, and 2 for all',
      frontier(...Array.from({ length: 40 }, (_, n) => [`A[${n}]`, [0]] as const)),
      2 + 40,
    ],
    ['three clones: 5 for the task', frontier(['A', [0, 1, 2]]), 5],
  ])('takes few transitions in %s', async (_, input, transitions) => {
    expect((await execute(input)).entered).toHaveLength(transitions)
  })

  test('leaves a clone whose launch throws to the sweep, and goes on with its siblings', async () => {
    const { calls, entered } = await execute(frontier(['A', [0, 1]], ['B', [0]]), (clone) => {
      if (clone.endsWith('A/1/0')) throw new Error('no row')
    })

    expect(entered.filter((name) => name.endsWith('LeftToSweep'))).toStrictEqual(['UnlaunchedLeftToSweep'])
    expect(calls.toSorted()).toStrictEqual([
      'launch run_00000001/A/1/1',
      'launch run_00000001/B/1/0',
      'settle run_00000001/A/1',
      'settle run_00000001/B/1',
    ])
  })
})
