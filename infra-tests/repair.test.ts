import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeploymentFunction } from '#contract/deployment.ts'
import { dispatchTimes } from '#contract/queues.ts'
import { CutFunctions } from './account/cut-functions.ts'
import {
  comesBackAfter,
  controlPlane,
  deployed,
  ended,
  eventsOf,
  jobsOf,
  outputOf,
  runUntil,
  submitted,
  taskOf,
  turn,
} from './deployed.ts'

const resources = { memory: '64MiB' }
const outputs = { out: { path: 'out.json' } }
const functions = new CutFunctions(deployed)

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1)
/** All that launch asks for, but for what a commit reads; a report writes and answers; and where settle begins. */
const launchCuts = ['GetItem', 'TransactWriteItems', 'SendMessage']
const reportCuts = ['TransactWriteItems', 'SendTaskSuccess']
const settleCuts = ['GetItem']
/** The first one of all, and one that has others before it. */
const submitCuts = [1, 3]
/** Of all processes together, 11, 13, 16, 20, …: from the first leases to the end of reports. */
const cloneCuts = upTo(8).map((n) => 10 + (n * (n + 1)) / 2)

/** All of these stand still until they are seen to, some for minutes: so they do it at once, and while a wide run goes on. */
let silent: string
let unlaunched: string
let killed: string
beforeAll(async () => {
  const run = 'if [ "$FORKCAST_ATTEMPT" = 1 ]; then exec sleep 600; fi'
  silent = await submitted({ name: 'silent', tasks: { lost: { run, hedge: 'off', resources } } })
  await runUntil(silent, ({ tasks }) => tasks[0]?.attempts[0]?.slots[0]?.state === 'running')
  await turn({ turn: 'events', to: { drop: 1 } })
  for (const { jobId = '' } of await jobsOf(silent, 'lost/1/0')) await turn({ turn: 'reclaim', jobId })
  await turn({ turn: 'events', to: { drop: 0 } })

  await functions.cut('launch', { calls: launchCuts })
  const part = { run: 'echo "$EACH_N" > "$OUTPUT_OUT"', resources, outputs }
  unlaunched = await submitted({
    name: 'unlaunched',
    tasks: { part: { ...part, forEach: { n: upTo(launchCuts.length) }, hedge: 'off' } },
  })
  await until(() => hasDiedBefore('launch', launchCuts))

  await comesBackAfter('Dispatch', 20)
  await functions.cut('settle', { calls: settleCuts })
  await functions.cut('clone', { at: cloneCuts, calls: reportCuts })
  await functions.cut('dispatch', { at: submitCuts, path: /submitjob/ })
  killed = await submitted({
    name: 'killed',
    tasks: {
      part: { ...part, forEach: { n: upTo(8) }, clones: 2 },
      end: { run: 'ls "$INPUT_PARTS"', inputs: { parts: { from: 'part.out' } }, resources },
    },
  })
  await until(() => functions.killedBefore('dispatch').length === submitCuts.length)
  await comesBackAfter('Dispatch', dispatchTimes.visibilityS)
  await until(() => hasDiedBefore('clone', reportCuts) && functions.requests('clone') > (cloneCuts.at(-1) ?? 0))
  await until(() => hasDiedBefore('settle', settleCuts))
}, 300_000)
afterAll(() => functions.letBe())

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(250)
}

function hasDiedBefore(name: DeploymentFunction, calls: readonly string[]): boolean {
  return calls.every((call) => functions.killedBefore(name).includes(call))
}

async function committed(id: string): Promise<readonly string[]> {
  const commits = (await eventsOf(id)).filter(({ type }) => type === 'task.committed')
  return commits.map((event) => event.id).toSorted((a, b) => a.localeCompare(b))
}

describe.concurrent('the sweep heals what was left undone', { timeout: 620_000 }, () => {
  //  part[0] … part[2]
  it('by launches that die before each of their steps', async () => {
    expect(new Set(functions.killedBefore('launch'))).toStrictEqual(new Set(launchCuts))
    expect((await ended(unlaunched, 600)).state).toBe('succeeded')
    expect(await committed(unlaunched)).toStrictEqual(['part', 'part[0]', 'part[1]', 'part[2]'])
  })

  //  part[0] … part[7] ─▶ end
  it('by functions that die between any two steps of settle, and between store and submit', async () => {
    expect(functions.killedBefore('dispatch')).toStrictEqual(submitCuts.map(() => 'POST /v1/submitjob'))
    expect((await ended(killed, 600)).state).toBe('succeeded')
    const parts = upTo(8).map((n) => `part[${n - 1}]`)
    expect(await committed(killed)).toStrictEqual(['end', 'part', ...parts])
  })

  it('by a host that was taken away while no event of a job came through', async () => {
    const seen = await ended(silent, 600)
    expect(seen.state).toBe('succeeded')
    expect(taskOf(seen, 'lost').attempts).toMatchObject([{ state: 'failed' }, { state: 'committed' }])
  })

  //  part[0] … part[299] ─▶ sum
  it('while a wide run fans out to 300 tasks and in again', async ({ onTestFailed }) => {
    const width = 300
    const id = await submitted({
      name: 'wide',
      tasks: {
        part: {
          forEach: { n: Array.from({ length: width }, (_, n) => n) },
          run: 'echo "$EACH_N" > "$OUTPUT_OUT"',
          hedge: 'off',
          resources,
          outputs,
        },
        sum: {
          run: 'cat "$INPUT_PARTS"/*-out.json | awk \'{ sum += $1; n += 1 } END { print n, sum }\' > "$OUTPUT_OUT"',
          inputs: { parts: { from: 'part.out' } },
          resources,
          outputs: { out: { path: 'out.txt', type: 'text' } },
        },
      },
      outputs: { sum: { from: 'sum.out' } },
    })
    // What is not done by then is not to stand in the way of others.
    onTestFailed(async () => void (await controlPlane.cancel(id, 'it took too long')))
    const run = await ended(id, 600)
    expect(run.state).toBe('succeeded')
    expect(run.counts.committed).toBe(width + 1)
    expect(run.wastedCostUsd).toBe(0)
    expect(await outputOf(id, 'sum')).toBe(`${width} ${(width * (width - 1)) / 2}\n`)
  })
})
