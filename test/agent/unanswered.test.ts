import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { CloneExit } from '#agent/clone-job.ts'
import { removalsDone } from '#agent/removals.ts'
import { createDrivenClock, type DrivenClock } from '../builders/driven-clock.ts'
import { AgentRig, type Ended } from './agent-rig.ts'

const outputs = { a: { path: 'a', type: 'file', optional: false } } as const
const work = { script: 'echo x > "$OUTPUT_A"; touch "$READY"', outputs }

interface Played {
  readonly ended: Ended | undefined
  readonly error: unknown
  readonly tookS: number
}

/** Runs a clone on a clock that goes on by a second a turn: from its first report on unless told otherwise. */
async function play(
  rig: AgentRig,
  { task = work, signal = new AbortController().signal, from = () => rig.reports.length > 0 } = {},
): Promise<Played> {
  const clock = createDrivenClock(0)
  const job = { signal, acceptedAtMs: 0 }
  const running = rig.run(task, { deps: { clock, random: () => 0.5 }, job })
  const settled = running.then(
    (ended) => ({ ended, error: undefined }),
    (error: unknown) => ({ ended: undefined, error }),
  )
  await goOn(clock, from, settled)
  return { ...(await settled), tookS: clock.nowMs() / 1000 }
}

async function goOn(clock: DrivenClock, from: () => boolean, running: Promise<unknown>): Promise<void> {
  let isOver = false
  void running.then(() => (isOver = true))
  while (!isOver) {
    if (clock.pending > 0 && from()) await clock.advance(1_000)
    await turn()
  }
}

/** Throws so many times, then gives the answer. */
function after<A extends readonly unknown[], T>(failures: number, answer: (...args: A) => T): (...args: A) => T {
  let left = failures
  return (...args) => {
    if (left-- > 0) throw new Error('no answer')
    return answer(...args)
  }
}

const atOnce = () => true
const exitOf = ({ ended }: Played): CloneExit | undefined => ended?.exit

describe('a lease that is asked for', () => {
  it.each([1, 4])('is asked for again under the same id when %d calls fail', async (failures) => {
    await using rig = new AgentRig()
    rig.lease = after(failures, rig.lease)
    const played = await play(rig, { from: atOnce })
    expect(exitOf(played)).toMatchObject({ outcome: 'claimed' })
    expect(rig.holders).toHaveLength(failures + 1)
    expect(new Set(rig.holders).size).toBe(1)
  })

  it('is the same one when it was granted before and the answer got lost', async () => {
    await using rig = new AgentRig()
    const fences = new Map<string, number>()
    const grant = rig.lease
    let isLost = true
    rig.lease = (assignment) => {
      const holder = rig.holders.at(-1) ?? ''
      const fence = fences.get(holder) ?? fences.size + 1
      fences.set(holder, fence)
      if (isLost) {
        isLost = false
        throw new Error('the answer got lost')
      }
      return { ...grant(assignment), fence } as ReturnType<typeof grant>
    }
    const played = await play(rig, { from: atOnce })
    expect(exitOf(played)).toMatchObject({ outcome: 'claimed' })
    expect(rig.reports.map(({ fence }) => fence)).toStrictEqual([1])
  })

  it('is asked for no more once it was refused', async () => {
    await using rig = new AgentRig()
    rig.lease = () => ({ granted: false, why: 'the slot is lost' })
    expect(exitOf(await play(rig))).toMatchObject({ outcome: 'refused' })
    expect(rig.holders).toHaveLength(1)
  })

  it('is given up after as long as it would have lasted: nothing was run', async () => {
    await using rig = new AgentRig()
    rig.lease = after(Infinity, rig.lease)
    const { error, tookS } = await play(rig, { from: atOnce })
    expect(error).toStrictEqual(new Error('no answer'))
    expect(tookS).toBeGreaterThan(100)
    expect(tookS).toBeLessThanOrEqual(120)
    expect(existsSync(rig.ready)).toBe(false)
    expect(existsSync(join(rig.root, 'work'))).toBe(false)
  })
})

describe('a result', () => {
  it.each([1, 4])('is reported again when %d calls fail, with what its place cost until then', async (failures) => {
    await using rig = new AgentRig()
    rig.answer = after(failures, rig.answer)
    const played = await play(rig)
    expect(exitOf(played)).toMatchObject({ outcome: 'claimed', reason: 'claimed; the report was accepted' })
    expect(rig.reports).toHaveLength(failures + 1)
    const [first, ...others] = rig.reports
    for (const { billedS, ...report } of others) {
      expect({ ...report, billedS: first?.billedS }).toStrictEqual(first)
      expect(billedS).toBeGreaterThan(first?.billedS ?? Infinity)
    }
  })

  it('gets through after an outage that is longer than its lease: whether it still counts is not for the clone to say', async () => {
    await using rig = new AgentRig()
    rig.renew = () => Promise.reject(new Error('no answer'))
    rig.answer = after(20, () => 'fenced')
    const played = await play(rig)
    expect(exitOf(played)).toMatchObject({ outcome: 'claimed', reason: 'claimed; the report was fenced' })
    expect(played.tookS).toBeGreaterThan(120)
  })

  it('that nobody hears for ten minutes is given up, with its folder gone', async () => {
    await using rig = new AgentRig()
    rig.answer = after(Infinity, rig.answer)
    const { error, tookS } = await play(rig)
    expect(error).toStrictEqual(new Error('no answer'))
    expect(tookS).toBeGreaterThan(580)
    expect(tookS).toBeLessThanOrEqual(600)
    await removalsDone()
    expect(readdirSync(join(rig.root, 'work'))).toStrictEqual([])
  })

  it('of a clone that is told to end meanwhile is given up at once', async () => {
    await using rig = new AgentRig()
    const abort = new AbortController()
    rig.answer = () => {
      abort.abort({ kind: 'reclaim' })
      throw new Error('no answer')
    }
    const { error } = await play(rig, { signal: abort.signal })
    expect(error).toStrictEqual(new Error('no answer'))
    expect(rig.reports).toHaveLength(1)
  })
})

it('a control plane that is away for longer than a lease ends the command: nothing is claimed', async () => {
  await using rig = new AgentRig()
  rig.renew = () => Promise.reject(new Error('no answer'))
  rig.answer = after(Infinity, rig.answer)
  const played = await play(rig, { task: { ...work, script: `${work.script}; exec sleep 60` }, from: atOnce })
  expect(exitOf(played)).toMatchObject({ outcome: 'lost', reason: 'lease lost: not renewed for 120 s' })
  expect(rig.reports.map(({ ended }) => ended.kind)).toStrictEqual(['stopped'])
  expect(await rig.objects.size('runs/run_00000000/clean[3]/1/0/1/out/a')).toBeUndefined()
})
