import type { Cause, Failure } from '#core/failure/cause.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import { cancel } from '#operations/cancel.ts'
import { retry } from '#operations/retry.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, type Rig } from '../builders/rig.ts'
import type { Behaviour, Script } from '../builders/scripted-clone.ts'
import { from, leaves, numbers, over } from '../operations/drawn.ts'
import type { Recorder } from './history-file.ts'

/** A run, or a few, whose history is kept: what its clones do, and what was done to it. */
export interface Recording {
  readonly workflow: Workflow
  /** `first`: the run that was submitted, in case another one follows it. */
  readonly script: (first: () => RunId | undefined) => Script
  readonly record: (engine: Rig, recorder: Recorder) => Promise<void>
}

const cheap = { usdPerVcpuHour: 0.0001, usdPerGiBHour: 0, usdPerGpuHour: 0 }
/** Spot capacity is what anybody would choose. */
const pools: readonly EmulatedPool[] = [
  emulatedPool('spot-a', { ...roomy, tier: 'hot', purchase: 'spot', price: cheap }),
  emulatedPool('spot-b', { ...roomy, tier: 'hot', purchase: 'spot', price: cheap }),
  emulatedPool('steady', { ...roomy, tier: 'warm', startDelay: { kind: 'fixed', seconds: 5 } }),
]

/** An engine over what is recorded, or was. */
export function engineOver(
  { store, objects }: Pick<Recorder, 'store' | 'objects'>,
  script: Script,
  startMs?: number,
): Rig {
  return rig(script, { store, objects, pools, ...(startMs === undefined ? {} : { startMs }) })
}

function failed(cause: Cause): Failure {
  return { cause, confidence: 'certain', exitCode: 1, signal: null, evidence: `${cause}, as it was told to be` }
}

/** One of each policy, of three clones that leave 1, 2 and 30, and a hedged race that its standby clone wins. */
const three: Partial<Task> = { clones: 3, outputs: leaves('out') }
const reads = (...tasks: readonly string[]) => Object.fromEntries(tasks.map((id) => [id, from(`${id}.out`)]))
const policies: Recording = {
  workflow: workflowOf([
    task('first', three),
    task('quorum', { ...three, aggregate: { policy: 'quorum', of: 2 } }),
    task('mean', { ...three, aggregate: { policy: 'mean' } }),
    task('median', { ...three, aggregate: { policy: 'median', min: 2 }, retry: { limit: 1, backoffS: 0 } }),
    task('best', { ...three, aggregate: { policy: 'best', output: 'out', goal: 'min' } }),
    task('all', { ...three, aggregate: { policy: 'all' } }),
    task('raced', { outputs: leaves('out'), hedge: { kind: 'after', seconds: 10 } }),
    task('varied', {
      outputs: leaves('out'),
      clones: 2,
      variants: ['a', 'b'].map((name) => ({
        name,
        run: { kind: 'shell', script: name },
        resources: { vcpus: 1, memoryMiB: 64, gpus: 0 },
        env: {},
      })),
    }),
    task('end', { inputs: reads('first', 'quorum', 'mean', 'median', 'best', 'all', 'raced', 'varied') }),
  ]),
  script:
    () =>
    ({ task: id, clone }) => {
      if (id === 'quorum') return { takesS: 5 + clone, outputs: { out: clone === 1 ? 1 : 2 } }
      if (id === 'median' && clone === 2) return { takesS: 3, fails: failed('validator-rejected') }
      if (id === 'raced') return { takesS: clone === 0 ? 100 : 2, outputs: { out: 1 } }
      return { takesS: 5 + clone, outputs: { out: [1, 2, 30][clone] ?? 0 } }
    },
  record: runToItsEnd,
}

/** A task for each remedy that needs no person, in a run with a budget. */
const remedies: Recording = {
  workflow: {
    ...workflowOf([
      task('flaky', { outputs: leaves('out'), retry: { limit: 1, backoffS: 5 } }),
      task('reclaimed', { outputs: leaves('out') }),
      task('moved', { outputs: leaves('out') }),
      task('large', { outputs: leaves('out') }),
      task('slow', { outputs: leaves('out'), timeoutS: 60, retry: { limit: 1, backoffS: 0 } }),
      task('hopeless', { outputs: leaves('out'), allowFailure: true }),
      task('end', { inputs: reads('flaky', 'reclaimed', 'moved', 'large', 'slow'), needs: ['hopeless'] }),
    ]),
    budgetUsd: 10,
  },
  script:
    () =>
    ({ task: id, attempt }) => {
      const well: Behaviour = { takesS: 10, outputs: { out: id } }
      if (id === 'reclaimed' && attempt <= 2) return { takesS: 4, silent: 'Host EC2 (instance i-0) terminated.' }
      if (attempt > 1 && id !== 'hopeless') return well
      const causes: Readonly<Record<string, Cause>> = {
        flaky: 'user-error',
        moved: 'start-failed',
        large: 'out-of-memory',
        slow: 'timed-out',
        hopeless: 'image',
      }
      const cause = causes[id]
      return cause === undefined ? well : { takesS: 3, fails: failed(cause) }
    },
  record: runToItsEnd,
}

/** list ─▶ clean[3], of which one fails ─▶ detect, instance by instance ─▶ report; a task that is skipped, one that is always run. */
const instances: Recording = {
  workflow: workflowOf([
    task('list', { outputs: leaves('out') }),
    task('clean', {
      forEach: over({ n: 'list.out' }),
      outputs: leaves('out'),
      tolerate: { kind: 'count', count: 1 },
    }),
    task('detect', { forEach: over({ cleaned: 'each clean.out' }), outputs: leaves('out') }),
    task('report', { inputs: reads('detect'), outputs: leaves('out') }),
    task('never', {
      when: {
        kind: 'compare',
        left: { kind: 'output', from: { task: 'list', output: 'out' }, at: '/0' },
        is: 'gt',
        right: 5,
      },
      needs: ['list'],
    }),
    task('last', { needs: ['never', 'report'], always: true }),
  ]),
  script:
    () =>
    ({ task: id }) =>
      id === 'clean[1]'
        ? { takesS: 2, fails: failed('user-error') }
        : { takesS: 4, outputs: { out: id === 'list' ? numbers(3) : id } },
  record: runToItsEnd,
}

/** An engine is gone while clones of every sort are at work; another one takes the run up. */
const interrupted: Recording = {
  workflow: dag('A -> B -> C, A -> D, A -> W', {
    A: { outputs: leaves('out') },
    // Waits for all of the machine.
    W: { resources: { ...roomy, memoryMiB: 64 } },
    B: { outputs: leaves('out'), clones: 2 },
    D: { outputs: leaves('out'), hedge: { kind: 'after', seconds: 100 } },
  }),
  script:
    () =>
    ({ task: id, attempt }) => ({ takesS: attempt === 1 && id !== 'A' ? 300 : 10, outputs: { out: id } }),
  async record(engine, recorder) {
    const run = await engine.submit(this.workflow)
    await engine.clock.advance(60_000)
    const next = engineOver(
      recorder,
      this.script(() => run),
      engine.clock.nowMs() + 3_600_000,
    )
    await next.engine.recover()
    await next.engine.resume(run)
    await next.finish(run, this.workflow)
  },
}

/** A clone falls silent that is not to be repeated; a person lets it. */
const doubted: Recording = {
  workflow: dag('A -> B', { A: { idempotent: false, outputs: leaves('out') }, B: { inputs: reads('A') } }),
  script:
    () =>
    ({ attempt }) => ({ takesS: 400, stuck: attempt === 1, deaf: attempt === 1, outputs: { out: attempt } }),
  async record(engine) {
    const run = await engine.submit(this.workflow)
    await engine.settle(run)
    await retry(engine.engine.ports, run, ['A'])
    await engine.finish(run, this.workflow)
  },
}

/** A task fails, which stops the rest but for what is always to run. */
const stopped: Recording = {
  workflow: {
    ...dag('A, B -> C, D', { C: { outputs: leaves('out') }, D: { needs: ['A', 'C'], always: true } }),
    onFailure: 'stop',
  },
  script:
    () =>
    ({ task: id }) =>
      id === 'A' ? { takesS: 5, fails: failed('user-error') } : { takesS: 30 },
  record: runToItsEnd,
}

const cancelled: Recording = {
  workflow: dag('A -> B -> C', { A: { outputs: leaves('out') }, B: { clones: 2 } }),
  script: () => () => ({ takesS: 20, outputs: { out: 1 } }),
  async record(engine) {
    const run = await engine.submit(this.workflow)
    await engine.clock.advance(30_000)
    await cancel(engine.engine.ports, run, 'enough')
    await engine.finish(run, this.workflow)
  },
}

/** A run that failed, and the one that takes over what it committed. */
const retried: Recording = {
  workflow: dag('A, L, M, Z', {
    A: { outputs: leaves('out') },
    L: { forEach: over({ n: numbers(2) }), needs: ['A'], outputs: leaves('out') },
    M: { inputs: reads('L'), outputs: leaves('out') },
    Z: { needs: ['M'] },
  }),
  script:
    (first) =>
    ({ run, task: id }) =>
      id === 'L[1]' && run === first()
        ? { takesS: 5, fails: failed('user-error') }
        : { takesS: 5, outputs: { out: id } },
  async record(engine) {
    const run = await engine.submit(this.workflow)
    await engine.finish(run, this.workflow)
    const again = await retry(engine.engine.ports, run, [])
    if (!again.ok) throw new Error(again.error.message)
    await engine.finish(again.value.run, this.workflow)
  },
}

async function runToItsEnd(this: Recording, engine: Rig): Promise<void> {
  await engine.run(this.workflow)
}

/** By name, which is the name of the file. */
export const recordings: Readonly<Record<string, Recording>> = {
  policies,
  remedies,
  instances,
  interrupted,
  doubted,
  stopped,
  cancelled,
  retried,
}
