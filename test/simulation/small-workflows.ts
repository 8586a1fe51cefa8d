import type { Json } from '#core/json.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { RunState } from '#core/run/run.ts'
import type { TaskState } from '#core/run/task.ts'
import type { Command, Condition, Variant, Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { dag } from '../builders/dag.ts'
import { from, leaves, over } from '../operations/drawn.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import { userError } from '../operations/story.ts'
import type { Script } from './agent.ts'
import { pools } from './scenario-of.ts'
import type { Scenario, WorldName } from './simulate.ts'

/** What a clone leaves as `out` that was given what has this hash; `undefined`: it fails. */
type Does = (slot: SlotRef, given: Json) => Json | undefined

export interface SmallWorkflow {
  readonly name: string
  readonly workflow: Workflow
  readonly does: Does
  /** States of the run and of its rows, without faults and with any. */
  readonly comesTo: Readonly<Record<string, RunState | TaskState>>
  readonly cancelledAfterMs: number | null
}

const hedge = { kind: 'after', seconds: 5 } as const
const timeoutS = 60

/**
 * A ─▶ B: two of three clones agree, then the mean of two variants. The budget has room for one on-demand clone at a time, and
 * for several times what all of them spend: clones wait for money, and no task goes without.
 */
const clones: SmallWorkflow = {
  name: 'a quorum and a mean of variants, within a budget',
  workflow: {
    ...dag('A -> B', {
      A: { outputs: leaves('out'), clones: 3, aggregate: { policy: 'quorum', of: 2 }, timeoutS },
      B: {
        inputs: { a: from('A.out') },
        outputs: leaves('out'),
        clones: 2,
        variants: ['x', 'y'].map(variant),
        aggregate: { policy: 'mean' },
        timeoutS,
      },
    }),
    budgetUsd: 0.002,
  },
  does: ({ task, clone }, given) => (task === 'A' ? { given, liar: clone === 0 } : { given, value: clone * 2 + 1 }),
  comesTo: { run: 'succeeded', A: 'committed', B: 'committed' },
  cancelledAfterMs: null,
}

/** A ─▶ B[2] ─▶ C[2] ─▶ D: a list, element by element with one that fails and is tolerated, and what is left of them together. */
const lists: SmallWorkflow = {
  name: 'lists, element by element, gathered, one failure tolerated',
  workflow: dag('A, B, C, D', {
    A: { outputs: leaves('list') },
    B: { forEach: over({ n: 'A.list' }), outputs: leaves('out'), tolerate: { kind: 'count', count: 1 } },
    C: { forEach: over({ b: 'each B.out' }), outputs: leaves('out') },
    D: { inputs: { all: from('C.out') }, outputs: leaves('out') },
  }),
  does: ({ task }, given) => (task === 'B[1]' ? undefined : given),
  comesTo: {
    run: 'succeeded',
    A: 'committed',
    B: 'committed',
    'B[0]': 'committed',
    'B[1]': 'failed',
    C: 'committed',
    'C[0]': 'committed',
    'C[1]': 'skipped',
    D: 'committed',
  },
  cancelledAfterMs: null,
}

/** A ─▶ N, F, Y ─▶ Z: never wanted, allowed to fail, wanted and unlucky once and slow enough for its hedge; Z always runs. */
const conditions: SmallWorkflow = {
  name: 'conditions, a failure that is allowed, a retry with a hedge, and what always runs',
  workflow: dag('A, F, N, Y, Z', {
    A: { outputs: leaves('list') },
    F: { inputs: { a: from('A.list') }, outputs: leaves('out'), allowFailure: true },
    N: { outputs: leaves('out'), when: first('gt', 1) },
    Y: { when: first('eq', 1), outputs: leaves('out'), hedge, retry: { limit: 1, backoffS: 3 } },
    Z: { inputs: { n: from('N.out'), f: from('F.out'), y: from('Y.out') }, outputs: leaves('out'), always: true },
  }),
  does: ({ task, attempt }, given) => (task === 'F' || (task === 'Y' && attempt === 1) ? undefined : given),
  comesTo: { run: 'succeeded', A: 'committed', F: 'failed', N: 'skipped', Y: 'committed', Z: 'committed' },
  cancelledAfterMs: null,
}

/** A race of two clones and a hedge, then one more task; cancelled in the middle. */
const cancelled: SmallWorkflow = {
  name: 'a race with a cancel in the middle',
  workflow: dag('A -> Z', {
    A: { outputs: leaves('out'), clones: 2, hedge },
    Z: { inputs: { a: from('A.out') }, outputs: leaves('out') },
  }),
  does: (_, given) => given,
  comesTo: { run: 'cancelled', A: 'cancelled' },
  cancelledAfterMs: 7_000,
}

export const smallWorkflows: readonly SmallWorkflow[] = [clones, lists, conditions, cancelled]

function variant(name: string): Variant {
  const run: Command = { kind: 'shell', script: name }
  return { name, run, resources: { vcpus: 1, memoryMiB: 64, gpus: 0 }, env: {} }
}

/** How the first item of A's list compares. */
function first(is: 'gt' | 'eq', right: number): Condition {
  return { kind: 'compare', left: { kind: 'output', from: { task: 'A', output: 'list' }, at: '/0' }, is, right }
}

const listed: Readonly<Record<string, Json>> = { A: [1, 2] }

/** Later tasks take longer. */
function script(does: Does, objects: ObjectStore): Script {
  return async (slot, assignment) => {
    const takesS = 8 + slot.clone * 3 + (slot.task.charCodeAt(0) % 5)
    const { out: given, ...lists } = await hashedOutputs(objects, assignment, listed)
    const out = does(slot, given as Json)
    return out === undefined ? { takesS, fails: userError() } : { takesS, outputs: { ...lists, out } }
  }
}

/** The workflow in a world without chance, but for what happens to the n-th call. */
export function plainScenario(
  { workflow, does, cancelledAfterMs }: SmallWorkflow,
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
    script: (objects) => script(does, objects),
    pools,
    machine: { vcpus: 100, memoryMiB: 100_000, gpus: 0 },
    meanwhile: cancelledAfterMs === null ? [] : [{ afterMs: cancelledAfterMs, happens: (there) => there.cancel() }],
  }
}
