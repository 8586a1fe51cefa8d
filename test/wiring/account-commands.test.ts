import { describe, expect, it } from 'vitest'
import { accountCommands } from '#account/account-commands.ts'
import { type Work, writeWorkMessage } from '#contract/work-message.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { RunState } from '#core/run/run.ts'
import type { Store } from '#ports/store.ts'
import { workHandler } from '../../lambdas/work/handler.ts'
import { dag } from '../builders/dag.ts'
import { queueEvent } from '../builders/queue-records.ts'
import { rig } from '../builders/rig.ts'
import type { Script } from '../builders/scripted-clone.ts'

const workflow = dag('A -> B')
const request = { workflow, params: {}, policy: { cloning: true, hedging: true } }

/** Commands over an engine in memory; what is done is written down in its order, and work is done when a test says so. */
function open(script: Script = () => ({ takesS: 1 })) {
  const engine = rig(script)
  const done: string[] = []
  const errors: unknown[] = []
  let queue: Work[] = []
  const { ports } = engine.engine
  const { rows, log, history } = ports.store
  const commit: Store['rows']['commit'] = (run, changes, checks) => {
    for (const { events } of changes) for (const { type } of events) done.push(type)
    return rows.commit(run, changes, checks)
  }
  const store: Store = {
    log,
    history,
    rows: {
      commit,
      get: (...asked) => rows.get(...asked),
      list: (...asked) => rows.list(...asked),
      waiting: (limit) => rows.waiting(limit),
      busy: (page) => rows.busy(page),
      runs: (...asked) => rows.runs(...asked),
      active: (page) => rows.active(page),
    },
  }
  const all = {
    ...ports,
    store,
    work: {
      put: async (work: Work) => {
        queue.push(work)
        done.push(work.kind)
      },
    },
    watchSwitch: { on: async () => void done.push('on'), off: async () => void done.push('off') },
  }
  const handle = workHandler(all, (error) => errors.push(error))
  return {
    commands: accountCommands(all),
    engine,
    done,
    errors,
    /** Does all the work that is due, as often as it is. */
    async work() {
      const due = queue
      queue = []
      return handle(queueEvent(due.map(writeWorkMessage)))
    },
    state: async (run: string): Promise<RunState | undefined> =>
      (await ports.store.rows.get(idOf(run), 'run', 'run'))?.value.state,
  }
}

function idOf(run: string): RunId {
  const id = parseRunId(run)
  if (id === undefined) throw new Error(`${run} is no run`)
  return id
}

async function submitted(under: ReturnType<typeof open>): Promise<RunId> {
  const answer = await under.commands.submit(request)
  if (!answer.ok) throw new Error(answer.error.message)
  return idOf(answer.value.runId)
}

it.each([
  ['env', 'TOKEN'],
  ['file', 'token.txt'],
] as const)('a workflow with a secret of a machine (%s:%s) is refused, with what to do', async (source, name) => {
  const { commands, done } = open()
  const own = dag('A', { A: { secrets: { TOKEN: { source, name } } } })
  const refused = await commands.submit({ ...request, workflow: own })
  expect(refused).toMatchObject({ ok: false, error: { code: 'SECRET-OF-MACHINE', exitCode: 2 } })
  expect(refused.ok ? '' : refused.error.message).toContain(`task A takes the secret ${source}:${name}`)
  expect(done).toStrictEqual([])
  const ofAccount = dag('A', { A: { secrets: { TOKEN: { source: 'ssm', name: '/forkcast/secrets/a' } } } })
  expect(await commands.submit({ ...request, workflow: ofAccount })).toMatchObject({ ok: true })
})

describe('commands of an account', () => {
  it('turn the watch on, write the run, and leave the plan to the work queue, in this order', async () => {
    const under = open()
    const run = await submitted(under)
    expect(under.done).toStrictEqual(['on', 'run.submitted', 'plan'])
    expect(await under.state(run)).toBe('queued')
    await under.work()
    await under.engine.settle(run)
    expect(await under.state(run)).toBe('succeeded')
  })

  it('plan a run that was written under the same key, and whose plan may never have been asked for', async () => {
    const under = open()
    const runId = idOf('run_0123456789abcdef0123456789abcdef')
    const first = await under.commands.submit({ ...request, runId })
    const again = await under.commands.submit({ ...request, runId })
    expect(again).toStrictEqual(first)
    expect(under.done).toStrictEqual(['on', 'run.submitted', 'plan', 'on', 'plan'])
    expect(await under.work()).toStrictEqual({ batchItemFailures: [] })
    await under.engine.settle(runId)
    expect(await under.state(runId)).toBe('succeeded')
    await under.commands.submit({ ...request, runId })
    expect(under.done.at(-1)).toBe('on')
  })

  it('tell a run to cancel at once, and end its tasks behind', async () => {
    const under = open()
    const run = await submitted(under)
    await under.work()
    expect(await under.commands.cancel(run, 'not needed')).toStrictEqual({ ok: true, value: undefined })
    expect(await under.state(run)).toBe('cancelling')
    await under.work()
    await under.engine.settle(run)
    expect(await under.state(run)).toBe('cancelled')
    const late = await under.commands.cancel(run, 'not needed')
    expect(late.ok ? undefined : late.error.code).toBe('RUN-ENDED')
  })

  it('go on with a run whose plan got lost', async () => {
    const under = open()
    const run = await submitted(under)
    expect(await under.commands.resume(run)).toStrictEqual({ ok: true, value: { runId: run } })
    await under.work()
    await under.engine.settle(run)
    expect(await under.state(run)).toBe('succeeded')
    const late = await under.commands.resume(run)
    expect(late.ok ? undefined : late.error.code).toBe('RUN-ENDED')
  })

  it('retry a failed run as a new one, which is planned behind, and is one however often it is asked for', async () => {
    const evidence = 'exit code 1'
    const failure = { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence } as const
    let broken = true
    const under = open(({ task }) => (task === 'B' && broken ? { takesS: 1, fails: failure } : { takesS: 1 }))
    const run = await submitted(under)
    await under.work()
    await under.engine.settle(run)
    expect(await under.state(run)).toBe('failed')
    broken = false
    const runId = idOf('run_fedcba9876543210fedcba9876543210')
    const how = { force: [], once: { kind: 'new-run', runId } } as const
    expect(await under.commands.retry(run, how)).toStrictEqual({ ok: true, value: { runId } })
    expect(await under.state(runId)).toBe('queued')
    expect(await under.commands.retry(run, how)).toStrictEqual({ ok: true, value: { runId } })
    await under.work()
    await under.engine.settle(runId)
    expect(await under.state(runId)).toBe('succeeded')
    expect(under.errors).toStrictEqual([])
  })

  it('follow what is in doubt by another attempt, which is started behind', async () => {
    const under = open(({ attempt }) => ({
      takesS: 1,
      ...(attempt === 1 && { silent: 'Host EC2 (instance i-0) terminated.' }),
    }))
    const asked = { ...request, workflow: dag('A', { A: { idempotent: false } }) }
    const answer = await under.commands.submit(asked)
    const run = idOf(answer.ok ? answer.value.runId : '')
    await under.work()
    await under.engine.settle(run)
    expect(await under.state(run)).toBe('running')
    expect(await under.commands.retry(run, { force: ['A'] })).toStrictEqual({ ok: true, value: { runId: run } })
    expect(under.engine.started).toStrictEqual(['A/1/0'])
    await under.work()
    await under.engine.settle(run)
    expect([await under.state(run), under.engine.started]).toStrictEqual(['succeeded', ['A/1/0', 'A/2/0']])
  })

  it('know no run that is none', async () => {
    const { commands } = open()
    for (const asked of [
      commands.cancel('run_x', ''),
      commands.resume('run_x'),
      commands.retry('run_x', { force: [] }),
    ]) {
      const answer = await asked
      expect(answer.ok ? undefined : answer.error.code).toBe('RUN-NOT-FOUND')
    }
  })
})

describe('the handler of work', () => {
  it('gives back what failed, and what is no work', async () => {
    const under = open()
    const handle = workHandler(
      {
        ...under.engine.engine.ports,
        watchSwitch: { on: () => Promise.reject(new Error('throttled')), off: async () => undefined },
      },
      (error) => under.errors.push(error),
    )
    const bodies = ['no JSON', JSON.stringify({ kind: 'plan', run: 'run_x' }), '{"kind":"look-for-runs"}']
    const plan = writeWorkMessage({ kind: 'plan', run: idOf('run_0123456789abcdef0123456789abcdef') })
    expect(await handle(queueEvent([...bodies, plan]))).toStrictEqual({
      batchItemFailures: ['m0', 'm1', 'm3'].map((itemIdentifier) => ({ itemIdentifier })),
    })
    expect(under.errors).toHaveLength(3)
  })
})
