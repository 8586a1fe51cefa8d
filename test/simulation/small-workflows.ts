import type { Json } from '#core/json.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { dag } from '../builders/dag.ts'
import { from, leaves, over } from '../operations/drawn.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import { userError } from '../operations/story.ts'
import type { Script } from './agent.ts'
import { pools } from './scenario-of.ts'
import type { Scenario, WorldName } from './simulate.ts'

const hedge = { kind: 'after', seconds: 5 } as const

/** A ─▶ B ─▶ C, where B is unlucky once, and slow enough for its hedge. */
const chain = dag('A -> B -> C', {
  A: { outputs: leaves('out') },
  B: { inputs: { a: from('A.out') }, outputs: leaves('out'), hedge, retry: { limit: 1, backoffS: 3 } },
  C: { inputs: { b: from('B.out') }, outputs: leaves('out') },
})

/** A ─▶ B[2] ─▶ C[2] ─▶ D: a list, its items element by element, and all of them together. */
const lists = dag('A, B, C, D', {
  A: { outputs: leaves('list') },
  B: { forEach: over({ n: 'A.list' }), outputs: leaves('out') },
  C: { forEach: over({ b: 'each B.out' }), outputs: leaves('out') },
  D: { inputs: { all: from('C.out') }, outputs: leaves('out') },
})

/** A race of two clones and a hedge, then one more task; cancelled in the middle. */
const race = dag('A -> Z', {
  A: { outputs: leaves('out'), clones: 2, hedge },
  Z: { inputs: { a: from('A.out') }, outputs: leaves('out') },
})

export interface SmallWorkflow {
  readonly name: string
  readonly workflow: Workflow
  readonly cancelledAfterMs: number | null
}

export const smallWorkflows: readonly SmallWorkflow[] = [
  { name: 'a chain with a retry and a hedge', workflow: chain, cancelledAfterMs: null },
  { name: 'lists, element by element, gathered', workflow: lists, cancelledAfterMs: null },
  { name: 'a race', workflow: race, cancelledAfterMs: null },
  { name: 'a race with a cancel in the middle', workflow: race, cancelledAfterMs: 7_000 },
]

const listed: Readonly<Record<string, Json>> = { A: [1, 2] }

/** Later tasks take longer; the first attempt of the chain's B fails. */
function script(objects: ObjectStore): Script {
  return async (slot, assignment) => {
    const takesS = 8 + slot.clone * 3 + (slot.task.charCodeAt(0) % 5)
    if (slot.task === 'B' && slot.attempt === 1 && assignment.variables.some(({ name }) => name === 'INPUT_A')) {
      return { takesS, fails: userError() }
    }
    return { takesS, outputs: await hashedOutputs(objects, assignment, listed) }
  }
}

/** The workflow in a world without chance, but for what happens to the n-th call. */
export function plainScenario(
  { workflow, cancelledAfterMs }: SmallWorkflow,
  world: WorldName,
  nth?: Scenario['conditions']['nth'],
): Scenario {
  return {
    world,
    conditions: {
      seed: 'plain',
      chances: {},
      calmAfterMs: 600_000,
      latencyMs: 2,
      mostCrashes: 1,
      ...(nth === undefined ? {} : { nth }),
    },
    workflow,
    script,
    pools,
    machine: { vcpus: 100, memoryMiB: 100_000, gpus: 0 },
    meanwhile: cancelledAfterMs === null ? [] : [{ afterMs: cancelledAfterMs, happens: (there) => there.cancel() }],
  }
}
